#region client
import sys

from twisted.internet import defer, task
from twisted.internet.endpoints import clientFromString, connectProtocol
from twisted.internet.protocol import Protocol, connectionDone


class PoemReader(Protocol):
    def __init__(self):
        self.parts = []
        self.poem = defer.Deferred()

    def dataReceived(self, data):
        self.parts.append(data)

    def connectionLost(self, reason=connectionDone):
        if reason.check(type(connectionDone.value)):
            self.poem.callback(b"".join(self.parts))
        else:
            self.poem.errback(reason)


async def read(reactor, where):
    endpoint = clientFromString(reactor, where)
    reader = await connectProtocol(endpoint, PoemReader())
    return await reader.poem


async def main(reactor):
    poems = await defer.DeferredList(
        [defer.ensureDeferred(read(reactor, where)) for where in sys.argv[1:]],
        consumeErrors=True,
    )
    for where, (ok, result) in zip(sys.argv[1:], poems):
        print(where, len(result) if ok else result.getErrorMessage())


task.react(lambda reactor: defer.ensureDeferred(main(reactor)))
#endregion client
