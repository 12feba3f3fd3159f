"""What the Twisted servers share."""

import gc
import signal

from twisted.internet import reactor
from twisted.internet.protocol import Factory


def collect(_signal, _frame):
    gc.collect()
    print("collected", flush=True)


def serve(protocol):
    """Listens on 127.0.0.1, prints the port and runs. SIGUSR2 collects garbage."""
    signal.signal(signal.SIGUSR2, collect)
    factory = Factory.forProtocol(protocol)
    factory.noisy = False
    port = reactor.listenTCP(0, factory, backlog=4096, interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    reactor.run()
