import sys

from serve import serve
from twisted.internet import reactor
from twisted.internet.protocol import Protocol

count = int(sys.argv[1])
delay = 10


def arm(i, after):
    """One that runs out is armed again."""
    deadlines[i] = reactor.callLater(after, arm, i, delay)


deadlines = [None] * count
for i in range(count):
    arm(i, (i + 1) / count * delay)
following = 0


class Echo(Protocol):
    """Each chunk moves the next deadline."""

    def dataReceived(self, data):
        global following
        if count > 0:
            deadlines[following].reset(delay)
            following = (following + 1) % count
        self.transport.write(data)


serve(Echo)
