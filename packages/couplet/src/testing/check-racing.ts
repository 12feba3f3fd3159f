import type { Connector } from '../protocol/connector.ts';
import { ConnectBindError, ConnectionRefusedError, NoRouteError } from '../protocol/errors.ts';
import type { ConnectOptions } from '../reactor/connect-options.ts';
import { Repertoire } from './all-suites.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import { numberOf } from './places.ts';
import { Diarist } from './recording-factory.ts';
import { rejectionOf } from './rejection.ts';
import type { Rehearsal } from './scripted-run.ts';
import { addressesOf, SCRIPTED_HOST } from './scripted-wire.ts';
import type { Venue } from './stage.ts';
import { Troupe } from './stage.ts';

/** R20: of several addresses, whichever answers first (Happy Eyeballs, RFC 8305). */
export function racingChecks(venue: Venue): Check[] {
  const programme = new Repertoire(venue);
  addOrder(programme);
  addPace(programme);
  addWinners(programme);
  addLosers(programme);
  return programme.checks;
}

/** An attempt to reach a name with several addresses. */
interface Race {
  readonly client: Diarist;
  readonly connector: Connector<unknown>;
  /** What it fails with. */
  readonly failed: Promise<Error>;
}

const [A, B, C, D] = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
const [K, L, M] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];

/** Begins a race, and resolves once the name is looked up. */
async function race({ reactor, backend }: Rehearsal, hosts: string[], options?: ConnectOptions): Promise<Race> {
  backend.names.set('poem.test', addressesOf(...hosts));
  const client = new Diarist();
  const connector = reactor.connectTCP('poem.test', 8007, client, options);
  const failed = rejectionOf(connector.whenConnected());
  // Not every race fails, and not every check wants to know.
  failed.catch(() => {});
  await backend.settled();
  return { client, connector, failed };
}

function hostsOf({ backend }: Rehearsal): string[] {
  return backend.attempts.map(({ host }) => host);
}

function addOrder(programme: Repertoire): void {
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
    programme.addRehearsed(`R20 the families of ${shown} take turns`, async (rehearsal) => {
      await race(rehearsal, given);
      await rehearsal.backend.advance(5000);
      expectSame(hostsOf(rehearsal), tried, 'the order of the attempts');
    });
  }

  programme.addRehearsed('R20 each attempt has the port and the local address', async (rehearsal) => {
    await race(rehearsal, [A, B], { bindAddress: D, bindPort: 4321 });
    await rehearsal.backend.advance(250);
    const place = { kind: 'tcp', port: 8007, localHost: D, localPort: 4321 };
    expectSame(
      rehearsal.backend.attempts.map((attempt) => ({ ...place, ...attempt.place })),
      [A, B].map((host) => ({ ...place, host })),
      'the places',
    );
  });

  programme.addRehearsed('R20 only addresses of the family of bindAddress are tried', async (rehearsal) => {
    const { failed } = await race(rehearsal, [K, A, L, B], { bindAddress: D });
    for (const host of [A, B]) {
      expectSame(hostsOf(rehearsal).at(-1), host, 'the present attempt');
      rehearsal.backend.attempts.at(-1)?.fail('refused');
    }
    expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    expectSame(hostsOf(rehearsal), [A, B], 'the attempts');
  });

  programme.addRehearsed('R20 a name without an address of that family is a ConnectBindError', async (rehearsal) => {
    const { failed } = await race(rehearsal, [A, B], { bindAddress: K });
    expect((await failed) instanceof ConnectBindError, `it fails with ${await failed}`);
    expectSame(hostsOf(rehearsal), [], 'the attempts');
  });

  programme.addRehearsed('R20 an IP literal is not looked up', async ({ reactor, backend }) => {
    for (const host of [A, K]) reactor.connectTCP(host, 8007, new Diarist());
    expectSame(
      backend.attempts.map(({ host }) => host),
      [A, K],
      'the attempts in the call itself',
    );
  });
}

function addPace(programme: Repertoire): void {
  programme.addRehearsed('R20 each attempt has a head start of 250 ms', async (rehearsal) => {
    await race(rehearsal, [A, B, C]);
    await rehearsal.backend.advance(249);
    expectSame(rehearsal.beginnings(), [0], 'the beginnings, after 249 ms');
    await rehearsal.backend.advance(1);
    expectSame(rehearsal.beginnings(), [0, 250], 'the beginnings, after 250 ms');
    await rehearsal.backend.advance(20_000);
    expectSame(rehearsal.beginnings(), [0, 250, 500], 'the beginnings');
  });

  programme.addRehearsed(
    'R20 after a failure the next attempt begins at once, with a head start',
    async (rehearsal) => {
      await race(rehearsal, [A, B, C]);
      await rehearsal.backend.advance(100);
      rehearsal.backend.attempts[0]?.fail('refused');
      expectSame(rehearsal.beginnings(), [0, 100], 'the beginnings, after the failure');
      await rehearsal.backend.advance(249);
      expectSame(rehearsal.beginnings(), [0, 100], 'the beginnings, 249 ms later');
      await rehearsal.backend.advance(1);
      expectSame(rehearsal.beginnings(), [0, 100, 350], 'the beginnings, 250 ms later');
    },
  );

  programme.addRehearsed('R20 the failure of an overtaken attempt brings the next one, too', async (rehearsal) => {
    await race(rehearsal, [A, B, C, D]);
    await rehearsal.backend.advance(300);
    rehearsal.backend.attempts[0]?.fail('unreachable');
    await rehearsal.backend.advance(5000);
    expectSame(rehearsal.beginnings(), [0, 250, 300, 550], 'the beginnings');
  });

  programme.addRehearsed('R20 when each attempt fails at once no time is lost', async (rehearsal) => {
    const { failed } = await race(rehearsal, [A, B, C]);
    for (const host of [A, B, C]) {
      expectSame(hostsOf(rehearsal).at(-1), host, 'the present attempt');
      rehearsal.backend.attempts.at(-1)?.fail('refused');
    }
    await failed;
    expectSame(rehearsal.beginnings(), [0, 0, 0], 'the beginnings');
  });
}

function addWinners(programme: Repertoire): void {
  programme.addRehearsed('R20 the first success ends the other attempts', async (rehearsal) => {
    const { client, connector } = await race(rehearsal, [A, B, C, D]);
    const { backend } = rehearsal;
    await backend.advance(500);
    backend.attempts[1]?.succeed();
    await backend.advance(60_000);
    expectSame(
      backend.attempts.map(({ cancelled }) => cancelled),
      [true, false, true],
      'which attempts were cancelled',
    );
    expectSame(String(connector.getPeer()), `IPv4Address(type='TCP', host='${B}', port=8007)`, 'the peer');
    const pages = ['startFactory', 'startedConnecting', 'buildProtocol', 'connectionMade'];
    expectSame(client.pages, pages, 'what has happened');
    expectSame(backend.alarmed, undefined, 'the alarm');
  });

  programme.addRehearsed('R20 an attempt that was overtaken may still win', async (rehearsal) => {
    const { connector } = await race(rehearsal, [A, B]);
    const { backend } = rehearsal;
    await backend.advance(400);
    backend.attempts[0]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
    expectSame(backend.attempts[1]?.cancelled, true, 'whether the other attempt was cancelled');
  });

  programme.addRehearsed('R20 of two successes in one turn one is taken', async (rehearsal) => {
    const { client } = await race(rehearsal, [A, B]);
    const { backend } = rehearsal;
    await backend.advance(250);
    for (const attempt of backend.attempts) attempt.succeed();
    await backend.settled();
    expectSame(client.pages.filter((page) => page === 'buildProtocol').length, 1, 'the number of protocols');
  });

  programme.addRehearsed('R20 a success after failures is a success', async (rehearsal) => {
    const { connector } = await race(rehearsal, [A, K, B]);
    const { backend } = rehearsal;
    backend.attempts[0]?.fail('unreachable');
    backend.attempts[1]?.fail('refused');
    backend.attempts[2]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
  });

  programme.addWatched('R20 an address that does not answer costs 250 ms', async (stage, backend) => {
    const port = numberOf(await stage.listen(new Troupe()));
    backend.silent.add(A);
    backend.names.set('poem.test', addressesOf(A, '127.0.0.1'));
    const began = stage.reactor.now();
    await stage.reactor.connectTCP('poem.test', port, new Diarist()).whenConnected();
    const took = stage.reactor.now() - began;
    expect(took >= 250, `it took ${took} ms`);
    expect(took < 2000, `it took ${took} ms`);
  });
}

function addLosers(programme: Repertoire): void {
  programme.addRehearsed('R20 a race fails once, with its last attempt', async (rehearsal) => {
    const { client, connector, failed } = await race(rehearsal, [A, B]);
    const { backend } = rehearsal;
    await backend.advance(250);
    backend.attempts[1]?.fail('refused');
    await backend.settled();
    expectSame(connector.state, 'connecting', 'the state while an attempt runs');
    backend.attempts[0]?.fail('refused');
    expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    const pages = ['startFactory', 'startedConnecting', 'clientConnectionFailed ConnectionRefusedError', 'stopFactory'];
    await backend.advance(60_000);
    expectSame(client.pages, pages, 'what has happened');
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
    programme.addRehearsed(`R20 of the failures ${kinds.join(', ')} the refusal is told`, async (rehearsal) => {
      const { failed } = await race(rehearsal, [A, B, C].slice(0, kinds.length));
      for (const kind of kinds) rehearsal.backend.attempts.at(-1)?.fail(kind);
      expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    });
  }

  programme.addRehearsed(
    'R20 an attempt that meets itself is aborted, and the next address is tried',
    async (rehearsal) => {
      const { host, port } = SCRIPTED_HOST;
      const { backend, reactor } = rehearsal;
      backend.names.set('poem.test', addressesOf(host, A));
      const connector = reactor.connectTCP('poem.test', port, new Diarist());
      const failed = rejectionOf(connector.whenConnected());
      await backend.settled();
      const wire = backend.attempts[0]?.succeed();
      expectSame(connector.state, 'connecting', 'the state after the attempt has met itself');
      await backend.settled();
      expectSame(wire?.aborted, true, 'whether the wire was aborted');
      expectSame(hostsOf(rehearsal), [host, A], 'the attempts');
      backend.attempts[1]?.fail('unreachable');
      expect((await failed) instanceof ConnectionRefusedError, `it fails with ${await failed}`);
    },
  );

  programme.addRehearsed('R20 an attempt that meets itself, and is cancelled, fails once', async (rehearsal) => {
    const { backend, reactor } = rehearsal;
    const client = new Diarist();
    const connector = reactor.connectTCP(SCRIPTED_HOST.host, SCRIPTED_HOST.port, client);
    const failed = rejectionOf(connector.whenConnected());
    backend.attempts[0]?.succeed();
    connector.disconnect();
    expectSame((await failed).name, 'UserAbortError', 'the error');
    await backend.advance(60_000);
    const pages = ['startFactory', 'startedConnecting', 'clientConnectionFailed UserAbortError', 'stopFactory'];
    expectSame(client.pages, pages, 'what has happened');
  });

  programme.addRehearsed('R20 without a way to any address it is a NoRouteError', async (rehearsal) => {
    const { failed } = await race(rehearsal, [A, K]);
    for (const _ of [A, K]) rehearsal.backend.attempts.at(-1)?.fail('unreachable');
    expect((await failed) instanceof NoRouteError, `it fails with ${await failed}`);
  });

  programme.addRehearsed('R20 the timeout ends every attempt of a race', async (rehearsal) => {
    const { failed } = await race(rehearsal, [A, B, C], { timeoutMs: 300 });
    await rehearsal.backend.advance(300);
    expectSame((await failed).name, 'TimeoutError', 'the error');
    await rehearsal.backend.advance(60_000);
    expectSame(
      rehearsal.backend.attempts.map(({ cancelled }) => cancelled),
      [true, true],
      'which attempts were cancelled',
    );
  });
}
