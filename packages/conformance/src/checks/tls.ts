import type { ClientTLSOptions, ListeningPort, ServerTLSOptions } from 'couplet';
import { ClientTLS, ConnectionLost, ServerTLS, TimeoutError, TLSError, UserAbortError } from 'couplet';
import type { Sink, Wire } from 'couplet/testing';
import type { Part } from '../actor.ts';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { echo } from '../parts.ts';
import { numberOf } from '../places.ts';
import { rejectionOf } from '../rejection.ts';
import { addressesOf } from '../scripted-wire.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';
import { stopped } from './stopping.ts';

/** What takes too long takes longer than this. */
const HANDSHAKE_MS = 60;

/** R37: TLS from the first byte on. Empty if the backend under test has no TLS. */
export function tlsChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  if (underTest.tls === undefined) return [];
  addAgreements(suite);
  addFailures(suite);
  addSilence(suite);
  addCancelling(suite);
  return suite.checks;
}

/** The server settings of the backend under test, with these changes. */
export function serverTLS(stage: Stage, options: Partial<ServerTLSOptions> = {}): ServerTLS {
  return new ServerTLS({ ...stage.tlsOptions.server, ...options });
}

/** The client settings of the backend under test, with these changes. */
export function clientTLS(stage: Stage, options: ClientTLSOptions = {}): ClientTLS {
  return new ClientTLS({ serverName: '127.0.0.1', ...stage.tlsOptions.client, ...options });
}

/** Connects an actor in clear, even where the port wants TLS. */
function inClear(stage: Stage, port: ListeningPort, part: Part = {}): Promise<Actor> {
  const host = port.getHost();
  if (!('port' in host)) throw new Error(`the port listens on ${host}, not on a TCP address`);
  return stage.reactor.connectTCP(host.host, host.port, new SingleClient(new Actor(part))).whenConnected();
}

/** Why a client over TLS got no connection. */
function failure(stage: Stage, port: ListeningPort, tls: ClientTLS): Promise<Error> {
  return rejectionOf(stage.connect(port, new SingleClient(new Actor()), { tls }).whenConnected());
}

function addAgreements(suite: AllSuites): void {
  suite.add('R1 connectionMade comes after the handshake, and transport.tls tells of it', async (stage) => {
    const versions: unknown[] = [];
    const made = ({ transport }: Actor): void => void versions.push(transport.tls?.version);
    const { server, client } = await stage.pair({ made, ...echo }, { made }, {}, 'tls');
    expectSame(versions, ['TLSv1.3', 'TLSv1.3'], 'the versions in connectionMade');
    const [there, here] = [server.transport.tls, client.transport.tls];
    expectSame([here?.verified, here?.resumed, there?.verified], [true, false, false], 'what was verified and resumed');
    expectSame(here?.cipher, there?.cipher, 'the cipher');
    expectSame(there?.peerCertificate, undefined, 'the certificate that no client presented');
    expect(
      (here?.peerCertificate?.validTo ?? 0) > stage.reactor.wallClock(),
      'validTo of the certificate of the server has passed',
    );
    client.transport.write('a line');
    await client.when(() => client.received === 6);
    expectSame(String(client.bytes), 'a line', 'the echo');
  });

  suite.add('R37 both sides agree on an application protocol', async (stage) => {
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe, { tls: serverTLS(stage, { alpn: ['poem/2', 'poem/1'] }) }, 'tls');
    const tls = clientTLS(stage, { alpn: ['poem/1', 'poem/2'] });
    const { transport } = await stage.connect(port, new SingleClient(new Actor()), { tls }).whenConnected();
    await troupe.whenCast(1);
    expectSame(transport.tls?.alpn, 'poem/2', 'the protocol');
    expectSame(troupe.actors[0]?.transport.tls?.alpn, 'poem/2', 'the protocol');
  });

  suite.add('R37 a client comes back to its session, and knows the server by it', async (stage) => {
    const port = await stage.listen(new SceneFactory(echo), {}, 'tls');
    const tls = clientTLS(stage);
    const found: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const client = new Actor({ made: ({ transport }) => void transport.write('?') });
      stage.connect(port, new SingleClient(client), { tls });
      await client.when(() => client.received === 1);
      const { resumed, verified, peerCertificate } = client.transport.tls ?? {};
      found.push([resumed, verified, peerCertificate !== undefined]);
      client.transport.loseConnection();
      await client.lost();
    }
    expectSame(
      found,
      [
        [false, true, true],
        [true, true, true],
      ],
      'what was resumed, verified and presented',
    );
  });

  for (const [spelling, name] of [
    ['Bücher.test.', 'xn--bcher-kva.test'],
    ['POEM.test.', 'poem.test'],
  ] as const) {
    suite.add(`R37 a client that wants ${spelling} asks for ${name}`, async (stage) => {
      const troupe = new SceneFactory();
      const port = await stage.listen(troupe, {}, 'tls');
      const tls = new ClientTLS({ verify: false, serverName: spelling });
      const { transport } = await stage.connect(port, new SingleClient(new Actor()), { tls }).whenConnected();
      await troupe.whenCast(1);
      const asked = [transport.tls?.serverName, troupe.actors[0]?.transport.tls?.serverName];
      expectSame(asked, [name, name], 'the name that both sides know');
    });
  }

  suite.addWatched('R37 the name of a host is one, however it is spelt', async (stage, backend) => {
    const port = await stage.listen(new SceneFactory(echo), {}, 'tls');
    const tls = new ClientTLS({ verify: false });
    const found: unknown[] = [];
    for (const host of ['bücher.test', 'BÜCHER.test.', 'xn--bcher-kva.test']) {
      backend.addresses.set(host, addressesOf('127.0.0.1'));
      const client = new Actor({ made: ({ transport }) => void transport.write('?') });
      stage.reactor.connectTCP(host, numberOf(port), new SingleClient(client), { tls });
      await client.when(() => client.received === 1);
      found.push([client.transport.tls?.serverName, client.transport.tls?.resumed]);
      client.transport.loseConnection();
      await client.lost();
    }
    const expected = [false, true, true].map((resumed) => ['xn--bcher-kva.test', resumed]);
    expectSame(found, expected, 'the name that was asked for, and whether its session was resumed');
  });

  suite.add('R37 without verification anybody is taken, and told as not verified', async (stage) => {
    const port = await stage.listen(new SceneFactory(), {}, 'tls');
    const tls = new ClientTLS({ verify: false });
    const { transport } = await stage.connect(port, new SingleClient(new Actor()), { tls }).whenConnected();
    expectSame(transport.tls?.verified, false, 'whether the server is verified');
  });

  suite.add('R37 a replaced certificate is for connections from then on', async (stage) => {
    const tls = serverTLS(stage, { alpn: ['old'] });
    const port = await stage.listen(new SceneFactory(echo), { tls }, 'tls');
    const joined = async (): Promise<Actor> =>
      stage
        .connect(port, new SingleClient(new Actor()), { tls: clientTLS(stage, { alpn: ['new', 'old'] }) })
        .whenConnected();
    const before = await joined();
    tls.replace({ ...stage.tlsOptions.server, alpn: ['new'] });
    const after = await joined();
    expectSame([before.transport.tls?.alpn, after.transport.tls?.alpn], ['old', 'new'], 'what was agreed on');
    before.transport.write('still there');
    await before.when(() => before.received === 11);
  });
}

function addFailures(suite: AllSuites): void {
  for (const [what, tlsOf] of [
    ['has another name', (stage: Stage) => clientTLS(stage, { serverName: 'somebody.else.test' })],
    ['is of nobody that is trusted', () => new ClientTLS()],
  ] as const) {
    suite.add(`R37 a server whose certificate ${what} gets no connection`, async (stage) => {
      const troupe = new SceneFactory();
      const port = await stage.listen(troupe, {}, 'tls');
      const error = await failure(stage, port, tlsOf(stage));
      expect(error instanceof TLSError, `the error is ${String(error)}`);
      // Where a server learns of it only after its own handshake, it has a connection that ends at once.
      for (const actor of troupe.actors) await actor.lost();
    });
  }

  suite.add('R37 no application protocol in common is no connection', async (stage) => {
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe, { tls: serverTLS(stage, { alpn: ['poem/1'] }) }, 'tls');
    const error = await failure(stage, port, clientTLS(stage, { alpn: ['prose/1'] }));
    expect(error instanceof TLSError, `the error is ${String(error)}`);
    expectSame(troupe.actors.length, 0, 'how many protocols the server built');
  });

  suite.add('R37 a client without the certificate that is required is not served', async (stage) => {
    const troupe = new SceneFactory();
    const { ca } = stage.tlsOptions.client;
    const tls = serverTLS(stage, { clientAuth: 'require', ...(ca !== undefined && { ca }) });
    const port = await stage.listen(troupe, { tls }, 'tls');
    const client = new Actor();
    // The client is done before the server has seen that there is none (RFC 8446, section 4.4.2.4).
    const connected = stage.connect(port, new SingleClient(client)).whenConnected();
    const reason = await connected.then(
      (actor) => actor.lost(),
      (error: unknown) => error,
    );
    expect(reason instanceof ConnectionLost || reason instanceof TLSError, `the reason is ${String(reason)}`);
    expectSame(troupe.actors.length, 0, 'how many protocols the server built');
  });

  suite.add('R37 who speaks in clear to a port of TLS is closed, and nothing is built', async (stage) => {
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe, {}, 'tls');
    const lost = inClear(stage, port, { made: ({ transport }) => void transport.write('GET / HTTP/1.1\r\n\r\n') });
    await (await lost).lost();
    expectSame(troupe.actors.length, 0, 'how many protocols the server built');
  });

  suite.add('R37 a server that answers in clear gets no connection', async (stage) => {
    const port = await stage.listen(
      new SceneFactory({ data: ({ transport }) => void transport.write('400 what?\r\n') }),
    );
    const error = await failure(stage, port, clientTLS(stage));
    expect(error instanceof TLSError, `the error is ${String(error)}`);
  });

  suite.add('R37 a server that closes instead of answering gets no connection', async (stage) => {
    const port = await stage.listen(new SceneFactory({ data: ({ transport }) => transport.loseConnection() }));
    const error = await failure(stage, port, clientTLS(stage));
    expect(error instanceof TLSError, `the error is ${String(error)}`);
  });
}

/** A peer that says nothing, and that no reactor ends. */
class Silent implements Sink {
  readonly there: Promise<void>;
  readonly gone: Promise<void>;
  #come: () => void = () => {};
  #go: () => void = () => {};
  #wire: Wire | undefined;

  constructor() {
    this.there = new Promise((resolve) => {
      this.#come = resolve;
    });
    this.gone = new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  take(wire: Wire): this {
    this.#wire = wire;
    this.#come();
    return this;
  }

  onData(): void {}

  onEof(): void {
    this.#wire?.close();
  }

  onWritable(): void {}

  onWriteFailed(): void {}

  onSecured(): this {
    return this;
  }

  onClosed(): void {
    this.#go();
  }
}

/** Stops the reactor, which has to be long before a handshake is given up. */
async function soon(stage: Stage): Promise<void> {
  const beginMs = stage.reactor.now();
  await stopped(stage);
  const tookMs = stage.reactor.now() - beginMs;
  expect(tookMs < 1000, `the reactor stopped after ${tookMs} ms`);
}

function addSilence(suite: AllSuites): void {
  suite.add('R37 a silent client is closed when the time for the handshake is over', async (stage) => {
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe, { tls: serverTLS(stage, { handshakeTimeoutMs: HANDSHAKE_MS }) }, 'tls');
    const beginMs = stage.reactor.now();
    const silent = await inClear(stage, port);
    await silent.lost();
    const tookMs = stage.reactor.now() - beginMs;
    expect(tookMs >= HANDSHAKE_MS, `it was closed after ${tookMs} ms`);
    expectSame(troupe.actors.length, 0, 'how many protocols the server built');
  });

  suite.add('R37 a silent server is given up when the time for the handshake is over', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    const error = await failure(stage, port, clientTLS(stage, { handshakeTimeoutMs: HANDSHAKE_MS }));
    expect(error instanceof TimeoutError, `the error is ${String(error)}`);
  });

  suite.addWatched('R25 a reactor that stops waits for no handshake, and holds nothing of it', async (stage) => {
    await inClear(stage, await stage.listen(new SceneFactory(), {}, 'tls'));
    const silent = new SceneFactory();
    stage.connect(await stage.listen(silent), new SingleClient(new Actor()), { tls: clientTLS(stage) });
    await silent.whenCast(1);
  });

  suite.addWatched('R25 a handshake with a silent client ends at once with the reactor', async (stage, backend) => {
    const begun = new Deferred();
    class Gate extends SceneFactory {
      override admit(): undefined {
        begun.keep();
      }
    }
    const host = (await stage.listen(new Gate(), {}, 'tls')).getHost();
    if (!('port' in host)) throw new Error(`the port listens on ${host}, not on a TCP address`);
    const silent = new Silent();
    const place = {
      kind: 'tcp',
      host: host.host,
      port: host.port,
      localHost: undefined,
      localPort: undefined,
    } as const;
    backend.streams.connect(place, { onReady: (wire) => silent.take(wire), onFailed: () => {} });
    await Promise.all([begun.promise, silent.there]);
    await soon(stage);
    await silent.gone;
  });

  suite.addWatched('R25 a handshake with a silent server ends at once with the reactor', async (stage, backend) => {
    const silent = new Silent();
    const place = { kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 1 } as const;
    const listener = await backend.streams.listen(place, {
      onAccepted: (wire) => silent.take(wire),
      onAcceptFailed: () => {},
    });
    if ('kind' in listener || !('port' in listener.name)) throw new Error('the backend cannot listen on a TCP port');
    const options = { tls: clientTLS(stage) };
    const caller = new SingleClient(new Actor());
    const failed = rejectionOf(
      stage.reactor.connectTCP('127.0.0.1', listener.name.port, caller, options).whenConnected(),
    );
    await silent.there;
    await soon(stage);
    const error = await failed;
    expect(error instanceof UserAbortError, `the error is ${String(error)}`);
    await silent.gone;
    await listener.close();
  });
}

function addCancelling(suite: AllSuites): void {
  suite.add('R20 an attempt that is cancelled in its handshake fails so, once', async (stage) => {
    const silent = new SceneFactory();
    const port = await stage.listen(silent);
    const controller = new AbortController();
    const options = { tls: clientTLS(stage), signal: controller.signal };
    const failed = rejectionOf(stage.connect(port, new SingleClient(new Actor()), options).whenConnected());
    await silent.whenCast(1);
    const [server] = silent.actors;
    await server?.when(() => server.received > 0);
    controller.abort();
    const error = await failed;
    expect(error instanceof UserAbortError, `the error is ${String(error)}`);
    await server?.lost();
  });
}
