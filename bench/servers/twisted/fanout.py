from serve import serve
from twisted.internet.protocol import Protocol

connections = set()


class Member(Protocol):
    """Sends what it gets to all others."""

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        connections.add(self)

    def dataReceived(self, data):
        for member in connections:
            if member is not self:
                member.transport.write(data)


serve(Member)
