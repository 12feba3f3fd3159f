import sys

from serve import serve
from twisted.internet.protocol import Protocol

poem = b"x" * int(sys.argv[1])


class Poetry(Protocol):
    def connectionMade(self):
        self.transport.write(poem)
        self.transport.loseConnection()


serve(Poetry)
