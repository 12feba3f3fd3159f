import type { ConnectOptions, Connector } from 'couplet';
import { ConnectBindError, ConnectionRefusedError, NoRouteError } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { numberOf } from '../places.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { rejectionOf } from '../rejection.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import { addressesOf, SCRIPTED_HOST } from '../scripted-wire.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R20: of several addresses, whichever answers first (Happy Eyeballs, RFC 8305). */
export function racingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addOrder(suite);
  addPace(suite);
  addWinners(suite);
  addLosers(suite);
  return suite.checks;
}

/** An attempt to reach a name with several addresses. */
interface Race {
  readonly client: RecordingFactory;
  readonly connector: Connector<unknown>;
  /** What it fails with. */
  readonly failed: Promise<Error>;
}

const [A, B, C, D] = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
const [K, L, M] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];

/** Begins a race, and resolves once the name is looked up. */
async function race({ reactor, backend }: ScriptedRun, hosts: string[], options?: ConnectOptions): Promise<Race> {
  backend.addresses.set('poem.test', addressesOf(...hosts));
  const client = new RecordingFactory();
  const connector = reactor.connectTCP('poem.test', 8007, client, options);
  const failed = rejectionOf(connector.whenConnected());
  // Not every race fails, and not every check wants to know.
  failed.catch(() => {});
  await backend.settled();
  return { client, connector, failed };
}

function hostsOf({ backend }: ScriptedRun): string[] {
  return backend.attempts.map(({ host }) => host);
}

function addOrder(suite: AllSuites): void {
  const orders: readonly [given: string[], tried: string[]][] = [
    [
      [K, L, M, A, B],
      [K, A, L, B, M],
    ],
    [
      [A, B, C, K],
      [A, K, B, C],
    ],
    [
      [A, K, B, L],
      [A, K, B, L],
    ],
    [
      [B, A],
      [B, A],
    ],
    [[K], [K]],
  ];
  for (const [given, tried] of orders) {
    const shown = given.map((host) => (host.includes(':') ? '6' : '4')).join('');
    suite.addRehearsed(`R20 the families of ${shown} take turns`, async (scripted) => {
      await race(scripted, given);
      await scripted.backend.advance(5000);
      expectSame(hostsOf(scripted), tried, 'the order of the attempts');
    });
  }

  suite.addRehearsed('R20 each attempt has the port and the local address', async (scripted) => {
    await race(scripted, [A, B], { bindAddress: D, bindPort: 4321 });
    await scripted.backend.advance(250);
    const place = { kind: 'tcp', port: 8007, localHost: D, localPort: 4321 };
    expectSame(
      scripted.backend.attempts.map((attempt) => ({ ...place, ...attempt.place })),
      [A, B].map((host) => ({ ...place, host })),
      'the places',
    );
  });

  suite.addRehearsed('R20 only addresses of the family of bindAddress are tried', async (scripted) => {
    const { failed } = await race(scripted, [K, A, L, B], { bindAddress: D });
    for (const host of [A, B]) {
      expectSame(hostsOf(scripted).at(-1), host, 'the present attempt');
      scripted.backend.attempts.at(-1)?.fail('refused');
    }
    expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    expectSame(hostsOf(scripted), [A, B], 'the attempts');
  });

  suite.addRehearsed('R20 a name without an address of that family is a ConnectBindError', async (scripted) => {
    const { failed } = await race(scripted, [A, B], { bindAddress: K });
    expect((await failed) instanceof ConnectBindError, `it fails with ${await failed}`);
    expectSame(hostsOf(scripted), [], 'the attempts');
  });

  suite.addRehearsed('R20 an IP literal is not looked up', async ({ reactor, backend }) => {
    for (const host of [A, K]) reactor.connectTCP(host, 8007, new RecordingFactory());
    expectSame(
      backend.attempts.map(({ host }) => host),
      [A, K],
      'the attempts in the call itself',
    );
  });
}

function addPace(suite: AllSuites): void {
  suite.addRehearsed('R20 each attempt has a head start of 250 ms', async (scripted) => {
    await race(scripted, [A, B, C]);
    await scripted.backend.advance(249);
    expectSame(scripted.beginnings(), [0], 'the beginnings, after 249 ms');
    await scripted.backend.advance(1);
    expectSame(scripted.beginnings(), [0, 250], 'the beginnings, after 250 ms');
    await scripted.backend.advance(20_000);
    expectSame(scripted.beginnings(), [0, 250, 500], 'the beginnings');
  });

  suite.addRehearsed('R20 after a failure the next attempt begins at once, with a head start', async (scripted) => {
    await race(scripted, [A, B, C]);
    await scripted.backend.advance(100);
    scripted.backend.attempts[0]?.fail('refused');
    expectSame(scripted.beginnings(), [0, 100], 'the beginnings, after the failure');
    await scripted.backend.advance(249);
    expectSame(scripted.beginnings(), [0, 100], 'the beginnings, 249 ms later');
    await scripted.backend.advance(1);
    expectSame(scripted.beginnings(), [0, 100, 350], 'the beginnings, 250 ms later');
  });

  suite.addRehearsed('R20 the failure of an overtaken attempt brings the next one, too', async (scripted) => {
    await race(scripted, [A, B, C, D]);
    await scripted.backend.advance(300);
    scripted.backend.attempts[0]?.fail('unreachable');
    await scripted.backend.advance(5000);
    expectSame(scripted.beginnings(), [0, 250, 300, 550], 'the beginnings');
  });

  suite.addRehearsed('R20 when each attempt fails at once no time is lost', async (scripted) => {
    const { failed } = await race(scripted, [A, B, C]);
    for (const host of [A, B, C]) {
      expectSame(hostsOf(scripted).at(-1), host, 'the present attempt');
      scripted.backend.attempts.at(-1)?.fail('refused');
    }
    await failed;
    expectSame(scripted.beginnings(), [0, 0, 0], 'the beginnings');
  });
}

function addWinners(suite: AllSuites): void {
  suite.addRehearsed('R20 the first success ends the other attempts', async (scripted) => {
    const { client, connector } = await race(scripted, [A, B, C, D]);
    const { backend } = scripted;
    await backend.advance(500);
    backend.attempts[1]?.succeed();
    await backend.advance(60_000);
    expectSame(
      backend.attempts.map(({ cancelled }) => cancelled),
      [true, false, true],
      'which attempts were cancelled',
    );
    expectSame(String(connector.getPeer()), `IPv4Address(type='TCP', host='${B}', port=8007)`, 'the peer');
    const records = ['startFactory', 'startedConnecting', 'buildProtocol', 'connectionMade'];
    expectSame(client.records, records, 'what has happened');
    expectSame(backend.alarmed, undefined, 'the alarm');
  });

  suite.addRehearsed('R20 an attempt that was overtaken may still win', async (scripted) => {
    const { connector } = await race(scripted, [A, B]);
    const { backend } = scripted;
    await backend.advance(400);
    backend.attempts[0]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
    expectSame(backend.attempts[1]?.cancelled, true, 'whether the other attempt was cancelled');
  });

  suite.addRehearsed('R20 of two successes in one turn one is taken', async (scripted) => {
    const { client } = await race(scripted, [A, B]);
    const { backend } = scripted;
    await backend.advance(250);
    for (const attempt of backend.attempts) attempt.succeed();
    await backend.settled();
    expectSame(client.records.filter((page) => page === 'buildProtocol').length, 1, 'the number of protocols');
  });

  suite.addRehearsed('R20 a success after failures is a success', async (scripted) => {
    const { connector } = await race(scripted, [A, K, B]);
    const { backend } = scripted;
    backend.attempts[0]?.fail('unreachable');
    backend.attempts[1]?.fail('refused');
    backend.attempts[2]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
  });

  suite.addWatched('R20 an address that does not answer costs 250 ms', async (stage, backend) => {
    const port = numberOf(await stage.listen(new SceneFactory()));
    backend.silent.add(A);
    backend.addresses.set('poem.test', addressesOf(A, '127.0.0.1'));
    const began = stage.reactor.now();
    await stage.reactor.connectTCP('poem.test', port, new RecordingFactory()).whenConnected();
    const took = stage.reactor.now() - began;
    expect(took >= 250, `it took ${took} ms`);
    expect(took < 2000, `it took ${took} ms`);
  });
}

function addLosers(suite: AllSuites): void {
  suite.addRehearsed('R20 a race fails once, with its last attempt', async (scripted) => {
    const { client, connector, failed } = await race(scripted, [A, B]);
    const { backend } = scripted;
    await backend.advance(250);
    backend.attempts[1]?.fail('refused');
    await backend.settled();
    expectSame(connector.state, 'connecting', 'the state while an attempt runs');
    backend.attempts[0]?.fail('refused');
    expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    const records = [
      'startFactory',
      'startedConnecting',
      'clientConnectionFailed ConnectionRefusedError',
      'stopFactory',
    ];
    await backend.advance(60_000);
    expectSame(client.records, records, 'what has happened');
    expectSame(backend.alarmed, undefined, 'the alarm');
  });

  for (const kinds of [
    ['unreachable', 'refused'],
    ['refused', 'unreachable'],
    ['unreachable', 'unreachable', 'refused'],
    ['refused', 'timeout'],
    ['bind', 'refused'],
    ['unreachable', 'bind', 'refused'],
    ['refused', 'bind'],
  ] as const) {
    suite.addRehearsed(`R20 of the failures ${kinds.join(', ')} the refusal is told`, async (scripted) => {
      const { failed } = await race(scripted, [A, B, C].slice(0, kinds.length));
      for (const kind of kinds) scripted.backend.attempts.at(-1)?.fail(kind);
      expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    });
  }

  suite.addRehearsed('R20 an attempt that meets itself is aborted, and the next address is tried', async (scripted) => {
    const { host, port } = SCRIPTED_HOST;
    const { backend, reactor } = scripted;
    backend.addresses.set('poem.test', addressesOf(host, A));
    const connector = reactor.connectTCP('poem.test', port, new RecordingFactory());
    const failed = rejectionOf(connector.whenConnected());
    await backend.settled();
    const wire = backend.attempts[0]?.succeed();
    expectSame(connector.state, 'connecting', 'the state after the attempt has met itself');
    await backend.settled();
    expectSame(wire?.aborted, true, 'whether the wire was aborted');
    expectSame(hostsOf(scripted), [host, A], 'the attempts');
    backend.attempts[1]?.fail('unreachable');
    expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
  });

  suite.addRehearsed('R20 an attempt that meets itself, and is cancelled, fails once', async (scripted) => {
    const { backend, reactor } = scripted;
    const client = new RecordingFactory();
    const connector = reactor.connectTCP(SCRIPTED_HOST.host, SCRIPTED_HOST.port, client);
    const failed = rejectionOf(connector.whenConnected());
    backend.attempts[0]?.succeed();
    connector.disconnect();
    expectSame((await failed).name, 'UserAbortError', 'the error');
    await backend.advance(60_000);
    const records = ['startFactory', 'startedConnecting', 'clientConnectionFailed UserAbortError', 'stopFactory'];
    expectSame(client.records, records, 'what has happened');
  });

  suite.addRehearsed('R20 without a way to any address it is a NoRouteError', async (scripted) => {
    const { failed } = await race(scripted, [A, K]);
    for (const _ of [A, K]) scripted.backend.attempts.at(-1)?.fail('unreachable');
    expect((await failed) instanceof NoRouteError, `it fails with ${await failed}`);
  });

  suite.addRehearsed('R20 the timeout ends every attempt of a race', async (scripted) => {
    const { failed } = await race(scripted, [A, B, C], { timeoutMs: 300 });
    await scripted.backend.advance(300);
    expectSame((await failed).name, 'TimeoutError', 'the error');
    await scripted.backend.advance(60_000);
    expectSame(
      scripted.backend.attempts.map(({ cancelled }) => cancelled),
      [true, true],
      'which attempts were cancelled',
    );
  });
}
