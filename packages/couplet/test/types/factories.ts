// What fits under which factory. Compiled, never run.
import { PassThrough, Readable } from 'node:stream';
import type {
  Address,
  Connector,
  DuplexLike,
  IPv4Address,
  IPv6Address,
  ListeningPort,
  ReactorTransport,
} from 'couplet';
import {
  ClientFactory,
  Factory,
  listen,
  Protocol,
  Reactor,
  ReconnectingClientFactory,
  type ServerFactory,
} from 'couplet';
import { NodeBackend } from 'couplet/node';
import { timeoutIdle } from 'couplet/policies';
import { exactly } from './exactly.ts';

const reactor = new Reactor(new NodeBackend());

class Poem extends Protocol<PoemFactory> {
  override connectionMade(): void {
    exactly<PoemFactory>()(this.factory);
    exactly<string>()(this.factory.poem);
    // @ts-expect-error the factory has no such member
    this.factory.prose;
  }
}

class PoemFactory extends Factory {
  override protocol = Poem;
  readonly poem: string;
  constructor(poem = '') {
    super();
    this.poem = poem;
  }
}

class SonnetFactory extends PoemFactory {
  readonly lines = 14;
}

class Sonnet extends Protocol<SonnetFactory> {}

/** Demands no particular factory. */
class Echo extends Protocol {
  override connectionMade(): void {
    exactly<number>()(this.factory.numPorts);
    // @ts-expect-error not every factory has a poem
    this.factory.poem;
  }
}

/** Cannot be made without an argument. */
class Wordy extends Protocol {
  readonly words: number;
  constructor(words: number) {
    super();
    this.words = words;
  }
}

class Client extends Protocol<DownloadFactory> {}

class DownloadFactory extends ClientFactory {
  override protocol = Client;
  poem = '';
}

// A protocol under the wrong factory, overridden.

export const overridden: unknown[] = [
  class extends Factory {
    override protocol = Echo;
  },
  class extends Factory {
    // @ts-expect-error Poem demands a PoemFactory
    override protocol = Poem;
  },
  class extends ClientFactory {
    // @ts-expect-error Poem demands a PoemFactory
    override protocol = Poem;
  },
  class extends ReconnectingClientFactory {
    // @ts-expect-error Client demands a DownloadFactory
    override protocol = Client;
  },
  class extends PoemFactory {
    // @ts-expect-error Client demands a DownloadFactory
    override protocol = Client;
  },
  class extends PoemFactory {
    override protocol = Poem;
  },
  class extends Factory {
    // @ts-expect-error this is no class of protocols
    override protocol = Date;
  },
  class extends Factory {
    // @ts-expect-error buildProtocol has no argument for the constructor
    override protocol = Wordy;
  },
  class extends Factory {
    override buildProtocol(_address: Address): Echo {
      return new Echo();
    }
  },
  class extends Factory {
    override buildProtocol(): null {
      return null;
    }
  },
  class extends PoemFactory {
    override buildProtocol(): Poem | null {
      return new Poem();
    }
  },
  class extends Factory {
    // @ts-expect-error Poem demands a PoemFactory
    override buildProtocol(): Poem {
      return new Poem();
    }
  },
  class extends PoemFactory {
    // @ts-expect-error Sonnet demands a SonnetFactory
    override buildProtocol(): Sonnet {
      return new Sonnet();
    }
  },
  class extends Factory {
    // @ts-expect-error the engine does not wait for a protocol
    override async buildProtocol(): Promise<Echo> {
      return new Echo();
    }
  },
];

// The same, assigned from outside.

export function assigned(): void {
  const factory = new Factory();
  factory.protocol = Echo;
  factory.protocol = undefined;
  // @ts-expect-error Poem demands a PoemFactory
  factory.protocol = Poem;
  // @ts-expect-error a class, not an instance
  factory.protocol = new Echo();

  const client = new ClientFactory();
  client.protocol = Echo;
  // @ts-expect-error Client demands a DownloadFactory
  client.protocol = Client;

  const reconnecting = new ReconnectingClientFactory();
  reconnecting.protocol = Echo;

  const sonnets = new SonnetFactory();
  sonnets.protocol = Poem;
  // @ts-expect-error Client demands a DownloadFactory
  sonnets.protocol = Client;
}

// The same, with forProtocol.

export function forProtocol(): void {
  exactly<Factory & { protocol: typeof Echo }>()(Factory.forProtocol(Echo));
  exactly<ClientFactory & { protocol: typeof Echo }>()(ClientFactory.forProtocol(Echo));
  exactly<PoemFactory & { protocol: typeof Poem }>()(PoemFactory.forProtocol(Poem));
  exactly<PoemFactory & { protocol: typeof Poem }>()(PoemFactory.forProtocol(Poem, 'ecstasy'));
  exactly<PoemFactory & { protocol: typeof Echo }>()(PoemFactory.forProtocol(Echo));
  exactly<SonnetFactory & { protocol: typeof Sonnet }>()(SonnetFactory.forProtocol(Sonnet));
  exactly<SonnetFactory & { protocol: typeof Poem }>()(SonnetFactory.forProtocol(Poem));
  // @ts-expect-error Poem demands a PoemFactory
  Factory.forProtocol(Poem);
  // @ts-expect-error Sonnet demands a SonnetFactory
  PoemFactory.forProtocol(Sonnet);
  // @ts-expect-error Client demands a DownloadFactory
  PoemFactory.forProtocol(Client);
  // @ts-expect-error the constructor takes a string
  PoemFactory.forProtocol(Poem, 14);
  // @ts-expect-error the constructor takes one argument
  PoemFactory.forProtocol(Poem, 'ecstasy', 'more');
}

// A subclass of a factory is that factory.

export function subclasses(): void {
  const sonnets = new SonnetFactory();
  const poems: PoemFactory = sonnets;
  const factory: Factory = poems;
  const server: ServerFactory = factory;
  const reconnecting: ClientFactory = new ReconnectingClientFactory();
  const download: ClientFactory = new DownloadFactory();
  // @ts-expect-error a factory is not its subclass
  const back: SonnetFactory = poems;
  // @ts-expect-error a client factory is no server factory
  const wrong: Factory = reconnecting;
  // @ts-expect-error a server factory is no client factory
  const alsoWrong: ClientFactory = factory;
  void [server, download, back, wrong, alsoWrong];
}

// Which factory goes where.

export function listening(signal: AbortSignal): void {
  exactly<Promise<ListeningPort<IPv4Address | IPv6Address>>>()(reactor.listenTCP(0, new PoemFactory()));
  exactly<Promise<ListeningPort>>()(reactor.listenUNIX('/run/poem.sock', new PoemFactory()));
  void reactor.listenTCP(0, new SonnetFactory(), { interface: '127.0.0.1', backlog: 5, maxWriteBufferBytes: 1e6 });
  void reactor.listenUNIX('/run/poem.sock', new PoemFactory(), { mode: 0o600 });
  // @ts-expect-error a client factory cannot listen
  void reactor.listenTCP(0, new ClientFactory());
  // @ts-expect-error a client factory cannot listen
  void reactor.listenTCP(0, new DownloadFactory());
  // @ts-expect-error a client factory cannot listen
  void reactor.listenUNIX('/run/poem.sock', new ReconnectingClientFactory());
  // @ts-expect-error a protocol is no factory
  void reactor.listenTCP(0, new Echo());
  // @ts-expect-error a factory, not its class
  void reactor.listenTCP(0, PoemFactory);
  // @ts-expect-error there is no such option
  void reactor.listenTCP(0, new PoemFactory(), { signal });
}

export function connecting(signal: AbortSignal): void {
  void reactor.connectTCP('localhost', 80, new DownloadFactory(), { timeoutMs: 5, signal, bindAddress: '::1' });
  void reactor.connectUNIX('/run/poem.sock', new DownloadFactory());
  // @ts-expect-error a server factory cannot connect
  reactor.connectTCP('localhost', 80, new Factory());
  // @ts-expect-error a server factory cannot connect
  reactor.connectTCP('localhost', 80, new PoemFactory());
  // @ts-expect-error a server factory cannot connect
  reactor.connectUNIX('/run/poem.sock', new Factory());
  // @ts-expect-error a protocol is no factory
  reactor.connectTCP('localhost', 80, new Client());
  // @ts-expect-error the port is a number
  reactor.connectTCP('localhost', '80', new DownloadFactory());
}

// The connector knows the protocol.

export async function connectors(): Promise<void> {
  class Building extends ClientFactory {
    readonly poem = 'ecstasy';
    override buildProtocol(): Built | null {
      return new Built();
    }
  }
  class Built extends Protocol<Building> {}

  const connector = reactor.connectTCP('localhost', 80, new Building());
  exactly<Connector<Built>>()(connector);
  exactly<Built>()(await connector.whenConnected());
  exactly<string>()((await connector.whenConnected()).factory.poem.slice(1));
  exactly<'connecting' | 'connected' | 'disconnected'>()(connector.state);
  exactly<Address | null>()(connector.getPeer());
}

// A function in the place of a factory.

export async function functions(): Promise<void> {
  const port = await reactor.listenTCP(8007, () => new Wordy(7), { ipv6Only: true, reusePort: true });
  exactly<number>()(port.getHost().port);
  await listen('tcp:8007', (address) => {
    exactly<Address>()(address);
    return address.family === 'UNIX' ? null : new Echo();
  });
  exactly<Factory>()(timeoutIdle(() => new Echo(), { idleTimeoutMs: 1000 }));
  await listen(
    'tcp:8007',
    timeoutIdle((address) => (address.family === 'UNIX' ? null : new Echo()), { idleTimeoutMs: 1000 }),
  );
  // @ts-expect-error Poem demands a PoemFactory
  await listen('tcp:8007', () => new Poem());
  // @ts-expect-error a class, not a function
  await listen('tcp:8007', Echo);
  // @ts-expect-error the engine does not wait for a protocol
  await listen('tcp:8007', async () => new Echo());
  // @ts-expect-error a handler, which is for serve
  await listen('tcp:8007', () => {});
}

/** R57: an adopted stream has the protocol that its factory builds. */
export async function adopts(duplex: DuplexLike): Promise<void> {
  exactly<Poem>()(await reactor.adoptStream(duplex, new PoemFactory()));
  exactly<Protocol>()(await reactor.adoptStream(duplex, () => new Protocol()));
  exactly<Poem>()(await reactor.adoptStreamConnection(3, new PoemFactory(), { haproxy: { trusted: ['unix'] } }));
  class Caller extends Protocol {}
  const client = ClientFactory.forProtocol(Caller);
  exactly<Caller>()(await reactor.adoptStream(duplex, client, { proxyHeader: 2, timeoutMs: 1000 }));
  // @ts-expect-error a header is read by servers
  await reactor.adoptStream(duplex, client, { haproxy: { trusted: ['unix'] } });
  // @ts-expect-error a server is not dialled
  await reactor.adoptStream(duplex, new PoemFactory(), { timeoutMs: 1000 });
  // @ts-expect-error what can only be read is not a duplex stream
  await reactor.adoptStream(Readable.from([]), new PoemFactory());
  await reactor.adoptStream(new PassThrough(), new PoemFactory());
}

/** R62: a protocol that says so has its reactor as one. */
export class Opening extends Protocol {
  declare transport: ReactorTransport;
  override connectionMade(): void {
    exactly<Reactor>()(this.transport.reactor);
  }
}
