#region server
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol


class PoemSender(Protocol):
    def connectionMade(self):
        self.factory.served += 1
        self.transport.write(self.factory.poem)
        self.transport.loseConnection()


class PoemFactory(Factory):
    protocol = PoemSender

    def __init__(self, poem):
        self.poem = poem
        self.served = 0


with open("poem.txt", "rb") as file:
    factory = PoemFactory(file.read())
port = reactor.listenTCP(0, factory, interface="127.0.0.1")
print(f"serving on {port.getHost().port}", flush=True)
reactor.run()
#endregion server
