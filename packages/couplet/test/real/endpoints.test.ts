import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ListeningPort } from 'couplet';
import {
  CannotListenError,
  ClientFactory,
  ConnectBindError,
  ConnectError,
  ConnectionRefusedError,
  connect,
  DNSLookupError,
  EndpointSyntaxError,
  Factory,
  listen,
  Protocol,
  Reactor,
  reactor,
  TimeoutError,
  UserAbortError,
} from 'couplet';
import type { Backend } from 'couplet/testing';
import { backendHere } from '../here.ts';

const TIMEOUT = { timeout: 15_000 };

/** Tells each client the address that it comes from, and echoes. */
class Echo extends Protocol {
  override connectionMade(): void {
    this.transport.write(`${this.transport.getPeer()}\n`);
  }
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** Collects what it hears. */
class Listener extends Protocol<ClientFactory> {
  heard = '';
  made = 0;
  readonly lost: Promise<Error>;
  #lose: (reason: Error) => void = () => {};
  #listen: () => void = () => {};

  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  override connectionMade(): void {
    this.made += 1;
  }

  override dataReceived(data: Buffer): void {
    this.heard += String(data);
    this.#listen();
  }

  override connectionLost(reason: Error): void {
    this.#lose(reason);
  }

  async hears(text: string): Promise<void> {
    while (!this.heard.includes(text)) {
      await new Promise<void>((resolve) => {
        this.#listen = resolve;
      });
    }
  }
}

class Listeners extends ClientFactory {
  override protocol = Listener;
  readonly log: string[] = [];
  override startFactory(): void {
    this.log.push('start');
  }
  override stopFactory(): void {
    this.log.push('stop');
  }
}

/** A network that never answers. */
class Silence {
  cancelled = 0;
  readonly backend: Backend;

  constructor() {
    const here = backendHere();
    const cancel = (): void => {
      this.cancelled += 1;
    };
    this.backend = { ...here, streams: { ...here.streams, connect: () => ({ cancel }) } };
  }
}

function portOf(port: ListeningPort): number {
  const host = port.getHost();
  return 'port' in host ? host.port : 0;
}

/** Sends a line and hears it again. */
async function converse(listener: Listener): Promise<void> {
  listener.transport.write('verse');
  await listener.hears('verse');
}

/** Whether this machine has IPv6 at all. */
function hasIPv6(): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '::1', port: 0 }, () => server.close(() => resolve(true)));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
after(() => rmSync(folder, { recursive: true }));

describe('R40 listen and connect', TIMEOUT, () => {
  let port: ListeningPort;
  let place: string;

  before(async () => {
    port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
    place = `tcp:127.0.0.1:${portOf(port)}`;
  });
  after(() => port.stopListening());

  test('R40 connect resolves to the protocol that it was given, after connectionMade', async () => {
    const listener = new Listener();
    const connected = await connect(place, listener);
    assert.equal(connected, listener);
    assert.equal(listener.made, 1);
    await converse(listener);
    listener.transport.loseConnection();
    assert.equal((await listener.lost).name, 'ConnectionDone');
  });

  test('R40 connect resolves to the protocol that the factory builds', async () => {
    const factory = new Listeners();
    const listener = await connect(place, factory);
    assert.ok(listener instanceof Listener);
    assert.equal(listener.factory, factory);
    await converse(listener);
    assert.deepEqual(factory.log, ['start']);
    listener.transport.abortConnection();
    assert.equal((await listener.lost).name, 'ConnectionAborted');
    await new Promise<void>((resolve) => {
      reactor.callLater(0, resolve);
    });
    assert.deepEqual(factory.log, ['start', 'stop']);
  });

  test('R40 arguments may be named, in any order', async () => {
    const named = await listen('tcp:interface=127.0.0.1:backlog=7:port=0', Factory.forProtocol(Echo));
    const listener = await connect(`tcp:port=${portOf(named)}:timeout=5:host=127.0.0.1`, new Listener());
    await named.stopListening();
    await converse(listener);
    listener.transport.loseConnection();
    await listener.lost;
  });

  test('R40 a host name is looked up', async () => {
    const listener = await connect(`tcp:localhost:${portOf(port)}`, new Listener());
    await converse(listener);
    listener.transport.loseConnection();
    await listener.lost;
  });

  test('R40 bindAddress is where the client comes from', async () => {
    const listener = await connect(`${place}:bindAddress=127.0.0.1`, new Listener());
    await listener.hears('\n');
    assert.match(listener.heard, /^IPv4Address\(type='TCP', host='127\.0\.0\.1', port=\d+\)\n/);
    listener.transport.loseConnection();
    await listener.lost;
  });

  test('R40 a signal leaves the connection alone', async () => {
    const controller = new AbortController();
    const listener = await connect(place, new Listener(), { signal: controller.signal });
    controller.abort();
    await converse(listener);
    listener.transport.loseConnection();
    assert.equal((await listener.lost).name, 'ConnectionDone');
  });

  test('R40 listen and connect take the reactor that they are given', async () => {
    const own = new Reactor(backendHere());
    const running = own.run({ signals: false });
    const hosts: string[] = [];
    own.observe({ listening: (host) => hosts.push(String(host)) });
    const opened = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo), { reactor: own });
    assert.deepEqual(hosts, [String(opened.getHost())]);
    const listener = await connect(`tcp:127.0.0.1:${portOf(opened)}`, new Listener(), { reactor: own });
    await converse(listener);
    own.stop();
    assert.equal((await listener.lost).name, 'ConnectionAborted');
    await running;
  });

  test('R40 a port is closed by stopListening', async () => {
    const factory = new Listeners();
    const closed = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
    await closed.stopListening();
    await assert.rejects(connect(`tcp:127.0.0.1:${portOf(closed)}`, factory), ConnectionRefusedError);
    assert.deepEqual(factory.log, ['start', 'stop']);
  });
});

describe('R40 IPv6', TIMEOUT, () => {
  test('R40 tcp6 listens on a literal in brackets, and tcp connects to one', async (context) => {
    if (!(await hasIPv6())) {
      context.skip('::1 cannot be bound');
      return;
    }
    const port = await listen('tcp6:0:interface=[::1]', Factory.forProtocol(Echo));
    assert.match(String(port.getHost()), /^IPv6Address\(type='TCP', host='::1', port=\d+\)$/);
    const listener = await connect(`tcp:[::1]:${portOf(port)}`, new Listener());
    await listener.hears('\n');
    assert.match(listener.heard, /^IPv6Address\(type='TCP', host='::1', port=\d+\)\n/);
    listener.transport.loseConnection();
    await listener.lost;
    await port.stopListening();
  });

  test('R40 tcp6 without an interface serves both families', async (context) => {
    if (!(await hasIPv6())) {
      context.skip('::1 cannot be bound');
      return;
    }
    const port = await listen('tcp6:0', Factory.forProtocol(Echo));
    for (const host of ['[::1]', '127.0.0.1']) {
      const listener = await connect(`tcp:${host}:${portOf(port)}`, new Listener());
      await converse(listener);
      listener.transport.loseConnection();
      await listener.lost;
    }
    await port.stopListening();
  });
});

describe('R40 UNIX sockets', TIMEOUT, () => {
  for (const [name, path, mode, bits] of [
    ['with a mode', 'mode.sock', ':mode=600', 0o600],
    ['that nobody may use', 'none.sock', ':mode=000', 0],
    ['without a mode', 'plain.sock', '', 0o660],
    ['with a colon and a backslash in its path', 'a:b\\c.sock', '', 0o660],
  ] as const) {
    test(`R40 a socket ${name}`, async () => {
      const file = join(folder, path);
      const quoted = file.replace(/[\\:]/g, '\\$&');
      const port = await listen(`unix:${quoted}${mode}`, Factory.forProtocol(Echo));
      assert.equal(String(port.getHost()), `UNIXAddress('${file}')`);
      assert.equal(statSync(file).mode & 0o777, bits);
      if (bits > 0) {
        const listener = await connect(`unix:${quoted}`, new Listener());
        await converse(listener);
        listener.transport.loseConnection();
        await listener.lost;
      }
      await port.stopListening();
      assert.throws(() => statSync(file), /ENOENT/);
    });
  }
});

describe('R40 failures', TIMEOUT, () => {
  test('R40 connect rejects with the errors of R20', async () => {
    await assert.rejects(connect('tcp:127.0.0.1:1', new Listener()), ConnectionRefusedError);
    await assert.rejects(connect('tcp:nobody.invalid:80', new Listener()), DNSLookupError);
    await assert.rejects(connect('tcp:127.0.0.1:1:bindAddress=192.0.2.1', new Listener()), ConnectBindError);
    await assert.rejects(connect(`unix:${join(folder, 'nothing.sock')}`, new Listener()), ConnectError);
  });

  test('R40 listen rejects with the error of R16', async () => {
    const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
    const again = listen(`tcp:${portOf(port)}:interface=127.0.0.1`, Factory.forProtocol(Echo));
    await assert.rejects(again, (error) => {
      assert.ok(error instanceof CannotListenError);
      assert.deepEqual([error.interface, error.port], ['127.0.0.1', portOf(port)]);
      return true;
    });
    await port.stopListening();
  });

  test('R40 the timeout of a description is in seconds, and wins', async () => {
    const silent = new Reactor(new Silence().backend);
    const began = performance.now();
    const connecting = connect('tcp:192.0.2.1:80:timeout=1', new Listener(), { reactor: silent });
    await assert.rejects(connecting, TimeoutError);
    const took = performance.now() - began;
    assert.ok(took >= 1000 && took < 5000, `it took ${took.toFixed()} ms`);
    await assert.rejects(connect('unix:/run/x.sock:timeout=0', new Listener(), { reactor: silent }), TimeoutError);
  });

  test('R40 a signal cancels before the attempt and during it', async () => {
    const silence = new Silence();
    const silent = new Reactor(silence.backend);
    const signal = AbortSignal.abort();
    await assert.rejects(connect('tcp:192.0.2.1:80', new Listener(), { reactor: silent, signal }), UserAbortError);
    const controller = new AbortController();
    const options = { reactor: silent, signal: controller.signal };
    const connecting = connect('tcp:192.0.2.1:80', new Listener(), options);
    silent.callLater(20, () => controller.abort());
    await assert.rejects(connecting, UserAbortError);
    assert.equal(silence.cancelled, 1);
  });

  test('R40 a factory that refuses its connection makes connect reject', async () => {
    const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
    const factory = new Listeners();
    factory.buildProtocol = () => null;
    await assert.rejects(
      connect(`tcp:127.0.0.1:${portOf(port)}`, factory),
      /buildProtocol of the factory returned null/,
    );
    await port.stopListening();
  });
});

/** What is wrong with a description, and what the message has to name. */
const malformed: readonly [description: string, named: string][] = [
  ['', "''"],
  ['gopher:70', 'gopher'],
  ['TCP:80', 'TCP'],
  ['tcp', 'port'],
  ['tcp:http', 'http'],
  ['tcp:65536', '65536'],
  ['tcp:80:81', '81'],
  ['tcp:80:colour=red', 'colour'],
  ['tcp:80:backlog=0', 'backlog'],
  ['tcp:80:interface=::1', 'interface'],
  ['tcp:80:interface=[::1', '['],
  ['tcp:80:interface=a:interface=b', 'interface'],
  ['tcp:80\\', 'backslash'],
  ['unix', 'path'],
  ['unix:/run/x.sock:mode=999', '999'],
  ['unix:/run/x.sock:mode=7777', '7777'],
];

const malformedClients: readonly [description: string, named: string][] = [
  ['', "''"],
  ['gopher:poem.test:70', 'gopher'],
  ['tcp', 'host'],
  ['tcp:poem.test', 'port'],
  ['tcp:poem.test:0', '0'],
  ['tcp:poem.test:http', 'http'],
  ['tcp:poem.test:80:90', '90'],
  ['tcp:poem.test:80:timeout=soon', 'soon'],
  ['tcp:poem.test:80:timeout=-1', '-1'],
  ['tcp:poem.test:80:patience=3', 'patience'],
  ['tcp:[::1:80', '['],
  ['unix:', 'path'],
  ['unix:/run/x.sock:mode=600', 'mode'],
];

describe('R40 descriptions that cannot be understood', TIMEOUT, () => {
  /** Expects that the promise rejects, and that the message names the whole and the part. */
  const expectSyntaxError = (promise: Promise<unknown>, description: string, named: string): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof EndpointSyntaxError, `it rejects with ${error}`);
      assert.ok(error.message.includes(`'${description}'`), error.message);
      assert.ok(error.message.replace(`'${description}'`, '').includes(named), error.message);
      return true;
    });

  for (const [description, named] of malformed) {
    test(`R40 listen '${description}' rejects and names ${named}`, async () => {
      const factory = Factory.forProtocol(Echo);
      await expectSyntaxError(listen(description, factory), description, named);
      assert.equal(factory.numPorts, 0);
    });
  }

  for (const [description, named] of malformedClients) {
    test(`R40 connect '${description}' rejects and names ${named}`, async () => {
      const factory = new Listeners();
      await expectSyntaxError(connect(description, factory), description, named);
      assert.deepEqual(factory.log, []);
    });
  }

  test('R40 a bindAddress that is no IP literal rejects and is named', async () => {
    await assert.rejects(connect('tcp:127.0.0.1:80:bindAddress=poem.test', new Listener()), /poem\.test/);
  });
});
