import sys

from serve import serve
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol
from zope.interface import implementer

size = int(sys.argv[1])
chunk = bytes(65536)


@implementer(IPushProducer)
class Source(Protocol):
    """A streaming producer: writes until it is paused."""

    def connectionMade(self):
        self.left = size
        self.transport.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self):
        self.paused = False
        while not self.paused:
            if self.left == 0:
                self.transport.unregisterProducer()
                self.transport.loseConnection()
                return
            piece = chunk if self.left >= len(chunk) else chunk[: self.left]
            self.left -= len(piece)
            self.transport.write(piece)

    def pauseProducing(self):
        self.paused = True

    def stopProducing(self):
        self.paused = True
        self.left = 0


serve(Source)
