from serve import serve
from twisted.internet.protocol import Protocol


class Welcome(Protocol):
    def connectionMade(self):
        self.transport.write(b"welcome\n")


serve(Welcome)
