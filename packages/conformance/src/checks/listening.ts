import type { ListenOptions, ListenUNIXOptions } from 'couplet';
import { CannotListenError } from 'couplet';
import type { Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { listenAgain, numberOf, pathOf } from '../places.ts';
import { kindOfCause, rejectionOf } from '../rejection.ts';
import { addressesOf, causeOf } from '../scripted-wire.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R16, R26, R59: opening ports. */
export function listeningChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addPlaces(suite);
  addFailures(suite);
  addMisuse(suite);
  addMany(suite);
  addShared(suite);
  return suite.checks;
}

function addPlaces(suite: AllSuites): void {
  suite.add('R16 port 0 picks a free port, and getHost tells it', async (stage) => {
    const ports = [await stage.listen(new SceneFactory()), await stage.listen(new SceneFactory())];
    const hosts = ports.map((port) => port.getHost());
    expectSame(
      hosts.map((host) => host.family === 'IPv4' && host.host === '127.0.0.1' && host.port > 0),
      [true, true],
      `whether ${hosts} are ports of 127.0.0.1`,
    );
    expect(String(hosts[0]) !== String(hosts[1]), `both ports are ${hosts[0]}`);
  });

  suite.addEach('R16 both ends of a connection tell the address of its port', async (stage, link) => {
    const { server, client, port } = await stage.pair({}, {}, {}, link);
    const ends = [server.transport.getHost(), client.transport.getPeer()];
    const host = String(port.getHost());
    expectSame(ends.map(String), [host, host], 'the addresses');
  });

  suite.addEach('R16 the port takes connections from the moment on that listening resolves', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(echo), {}, link);
    const client = await stage.join(port, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
  });

  suite.addWatched('R16 an interface may be a host name, of which it takes an IPv4 address', async (stage, backend) => {
    backend.addresses.set('poem.test', [
      { family: 'IPv6', host: '2001:db8::1' },
      { family: 'IPv4', host: '127.0.0.1' },
      { family: 'IPv4', host: '192.0.2.1' },
    ]);
    const port = await stage.reactor.listenTCP(0, new SceneFactory(), { interface: 'poem.test' });
    await stage.join(port);
  });
}

function addFailures(suite: AllSuites): void {
  suite.add('R16 a port in use is a CannotListenError with interface, port and cause', async (stage) => {
    const port = numberOf(await stage.listen(new SceneFactory()));
    const reason = await rejectionOf(stage.reactor.listenTCP(port, new SceneFactory(), { interface: '127.0.0.1' }));
    expectRefusal(reason, '127.0.0.1', port, 'bind');
  });

  suite.addUnix('R16 a UNIX path in use is a CannotListenError with path and cause', async (stage) => {
    const path = pathOf(await stage.listen(new SceneFactory(), {}, 'unix'));
    expectRefusal(await rejectionOf(stage.reactor.listenUNIX(path, new SceneFactory())), path, undefined, 'bind');
  });

  suite.addEach('R16 a port goes on when another one fails to take its place', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(echo), {}, link);
    await rejectionOf(listenAgain(stage.reactor, port, new SceneFactory()));
    const client = await stage.join(port, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
  });

  suite.addWatched('R16 a name that has no address is a CannotListenError with the name', async (stage, backend) => {
    backend.addresses.set('nobody.test', causeOf('lookup'));
    backend.addresses.set('nothing.test', []);
    for (const [name, cause] of [
      ['nobody.test', 'lookup'],
      ['nothing.test', undefined],
    ] as const) {
      const reason = await rejectionOf(stage.reactor.listenTCP(8007, new SceneFactory(), { interface: name }));
      expectRefusal(reason, name, 8007, cause);
    }
  });

  suite.addRehearsed('R16 a failure names an IPv6 interface as in a URL', async ({ reactor }) => {
    const reason = await rejectionOf(reactor.listenTCP(8007, new SceneFactory(), { interface: '2001:db8::1' }));
    expect(reason instanceof CannotListenError, `it rejects with ${reason}`);
    expectSame([reason.interface, reason.port], ['2001:db8::1', 8007], 'interface and port');
    expect(reason.message.includes('[2001:db8::1]:8007'), `it says: ${reason.message}`);
  });

  suite.addRehearsed('R16 an empty interface has no address, and is not looked up', async ({ reactor, backend }) => {
    backend.addresses.set('', addressesOf('127.0.0.1'));
    expectRefusal(
      await rejectionOf(reactor.listenTCP(8007, new SceneFactory(), { interface: '' })),
      '',
      8007,
      undefined,
    );
  });

  suite.addWatched('R16 a failure names the interface as it was asked for', async (stage, backend) => {
    backend.addresses.set('poem.test', [{ family: 'IPv4', host: '127.0.0.1' }]);
    const port = numberOf(await stage.listen(new SceneFactory()));
    const reason = await rejectionOf(stage.reactor.listenTCP(port, new SceneFactory(), { interface: 'poem.test' }));
    expectRefusal(reason, 'poem.test', port, 'bind');
  });
}

function addMisuse(suite: AllSuites): void {
  const wrong: readonly [what: string, port: number, options: ListenOptions][] = [
    ['port -1', -1, {}],
    ['port 65536', 65_536, {}],
    ['port 1.5', 1.5, {}],
    ['port NaN', Number.NaN, {}],
    ['backlog 0', 0, { backlog: 0 }],
    ['backlog 1.5', 0, { backlog: 1.5 }],
    ['maxWriteBufferBytes -1', 0, { maxWriteBufferBytes: -1 }],
  ];
  for (const [what, port, options] of wrong) {
    suite.addWatched(`R16 listenTCP rejects ${what} with a RangeError`, async (stage, backend) => {
      const reason = await rejectionOf(stage.reactor.listenTCP(port, new SceneFactory(), options));
      expect(reason instanceof RangeError, `it rejects with ${reason}`);
      expectSame(backend.places, [], 'the places that it listened on');
    });
  }
  const odd: readonly [what: string, options: ListenUNIXOptions][] = [
    ['mode 0o1000', { mode: 0o1000 }],
    ['mode -1', { mode: -1 }],
    ['backlog 0', { backlog: 0 }],
  ];
  for (const [what, options] of odd) {
    suite.addRehearsed(`R16 listenUNIX rejects ${what} with a RangeError`, async ({ reactor }) => {
      const reason = await rejectionOf(reactor.listenUNIX('/run/verse.sock', new SceneFactory(), options));
      expect(reason instanceof RangeError, `it rejects with ${reason}`);
    });
  }
}

function addMany(suite: AllSuites): void {
  suite.add('R26 one reactor serves any number of ports, each with its factory', async (stage) => {
    const troupes = Array.from(
      { length: 50 },
      (_, verse) => new SceneFactory({ made: ({ transport }) => void transport.write(`verse ${verse}.`) }),
    );
    const ports = await Promise.all(troupes.map((troupe) => stage.listen(troupe)));
    const clients = await Promise.all(ports.map((port) => stage.join(port)));
    await Promise.all(clients.map((client) => client.when(() => client.bytes.includes('.'))));
    expectSame(
      clients.map((client) => String(client.bytes)),
      troupes.map((_, verse) => `verse ${verse}.`),
      'what the ports said',
    );
    expectSame(
      troupes.map(({ actors }) => actors.length),
      troupes.map(() => 1),
      'how many protocols each factory built',
    );
  });

  suite.addUnix('R26 TCP and UNIX ports stand side by side under one factory', async (stage) => {
    const troupe = new SceneFactory(echo);
    const ports = [await stage.listen(troupe), await stage.listen(troupe, {}, 'unix')];
    const line: Part = { made: ({ transport }) => void transport.write('verse') };
    const clients = await Promise.all(ports.map((port) => stage.join(port, line)));
    await Promise.all(clients.map((client) => client.when(() => client.received === 5)));
    expectSame(troupe.actors.length, 2, 'how many protocols the factory built');
  });

  suite.add('R26 a port that stops leaves the others alone', async (stage) => {
    const [one, other] = [await stage.listen(new SceneFactory(echo)), await stage.listen(new SceneFactory(echo))];
    await one.stopListening();
    const client = await stage.join(other, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
  });
}

function addShared(suite: AllSuites): void {
  suite.add('R59 a port for IPv6 alone leaves its number to one for IPv4, or is refused', async (stage) => {
    const { reactor } = stage;
    const six = await portOrRefusal(reactor.listenTCP(0, new SceneFactory(), { interface: '::', ipv6Only: true }));
    if (six === undefined) return;
    const four = await reactor.listenTCP(six.getHost().port, new SceneFactory(echo), { interface: '127.0.0.1' });
    const client = await stage.join(four, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
    await Promise.all([six.stopListening(), four.stopListening()]);
  });

  suite.add('R59 ports share an address only if both say so, or are refused', async (stage) => {
    const { reactor } = stage;
    const shared = { interface: '127.0.0.1', reusePort: true };
    const one = await portOrRefusal(reactor.listenTCP(0, new SceneFactory(echo), shared));
    if (one === undefined) return;
    const { port } = one.getHost();
    const two = await reactor.listenTCP(port, new SceneFactory(echo), shared);
    expectRefusal(
      await rejectionOf(reactor.listenTCP(port, new SceneFactory(), { interface: '127.0.0.1' })),
      '127.0.0.1',
      port,
      'bind',
    );
    const client = await stage.join(one, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
    await Promise.all([one.stopListening(), two.stopListening()]);
  });
}

/** Resolves to the port; to undefined if the runtime or the system cannot do what was asked. */
async function portOrRefusal<P>(opening: Promise<P>): Promise<P | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof CannotListenError) return undefined;
    throw error;
  }
}

/** Expects a `CannotListenError` that tells all this in its fields and in its message. */
function expectRefusal(reason: Error, place: string, port: number | undefined, cause: string | undefined): void {
  expect(reason instanceof CannotListenError, `it rejects with ${reason}`);
  expectSame([reason.interface, reason.port], [place, port], 'interface and port');
  expectSame(kindOfCause(reason), cause, "the cause's kind");
  const named = port === undefined ? place : `${place}:${port}`;
  expect(reason.message.includes(named), `the message does not name ${named}: ${reason.message}`);
}
