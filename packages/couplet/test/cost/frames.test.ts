import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ClientFactory, Factory, type ListeningPort, Protocol, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { THRESHOLDS } from './thresholds.ts';
import { elsewhere, within } from './within.ts';

const OWN = join(dirname(fileURLToPath(import.meta.resolve('couplet/package.json'))), 'src');
const HEADER = 'PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n';

/** How many frames of the package's own code the present stack has. */
function depth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const lines = new Error().stack?.split('\n') ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  return lines.filter((line) => line.includes(OWN)).length;
}

/** Notes how deep its callbacks are. */
class Plumb extends Protocol<unknown> {
  readonly made: Promise<number>;
  readonly heard: Promise<number>;
  #tellMade: (depth: number) => void = () => {};
  #tellHeard: (depth: number) => void = () => {};

  constructor() {
    super();
    this.made = new Promise((resolve) => {
      this.#tellMade = resolve;
    });
    this.heard = new Promise((resolve) => {
      this.#tellHeard = resolve;
    });
  }
  override connectionMade(): void {
    this.#tellMade(depth());
  }
  override dataReceived(): void {
    this.#tellHeard(depth());
  }
}

function portOf(port: ListeningPort): number {
  const host = port.getHost();
  if (!('port' in host)) throw new Error(`${host} has no port`);
  return host.port;
}

describe('frames of the package’s own code', { skip: elsewhere }, () => {
  const reactor = new Reactor(new NodeBackend());
  const ports: ListeningPort[] = [];
  after(async () => {
    for (const port of ports) await port.stopListening();
  });

  /** A port of that protocol. */
  async function listen(plumb: Plumb, haproxy?: { trusted: string[] }): Promise<number> {
    const factory = new Factory();
    factory.buildProtocol = () => plumb;
    const options = { interface: '127.0.0.1', ...(haproxy !== undefined && { haproxy }) };
    const port = await reactor.listenTCP(0, factory, options);
    ports.push(port);
    return portOf(port);
  }

  test('from accept to connectionMade, and from a chunk to dataReceived', async () => {
    const plumb = new Plumb();
    const client = connect(await listen(plumb), '127.0.0.1');
    await once(client, 'connect');
    client.write('hello');
    within('frames of an accept', await plumb.made, THRESHOLDS.frames.accept);
    within('frames of a chunk', await plumb.heard, THRESHOLDS.frames.chunk);
    client.destroy();
  });

  test('the same behind a PROXY header', async () => {
    const plumb = new Plumb();
    const client = connect(await listen(plumb, { trusted: ['127.0.0.1'] }), '127.0.0.1');
    await once(client, 'connect');
    client.write(HEADER);
    within('frames of a header', await plumb.made, THRESHOLDS.frames.header);
    client.write('hello');
    within('frames of a chunk behind it', await plumb.heard, THRESHOLDS.frames.chunkBehindHeader);
    client.destroy();
  });

  test('from connectTCP to the system, and from there to connectionMade', async (context) => {
    const number = await listen(new Plumb());
    const plumb = new Plumb();
    const factory = new ClientFactory();
    factory.buildProtocol = () => plumb;
    let called = 0;
    const begin = Socket.prototype.connect;
    context.mock.method(Socket.prototype, 'connect', function (this: Socket, ...place: []) {
      called = depth();
      return Reflect.apply(begin, this, place);
    });
    reactor.connectTCP('127.0.0.1', number, factory);
    within('frames of a call', called, THRESHOLDS.frames.call);
    within('frames of a connection', await plumb.made, THRESHOLDS.frames.connected);
    plumb.transport.loseConnection();
  });
});
