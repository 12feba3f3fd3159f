import { CannotListenError, Protocol, Reactor, ReconnectingClientFactory } from 'couplet';
import type { HostAddress } from 'couplet/testing';
import type { Part } from '../actor.ts';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { numberOf } from '../places.ts';
import { poemOf } from '../poem.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { rejectionOf } from '../rejection.ts';
import { addressesOf } from '../scripted-wire.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';
import { WatchedBackend } from '../watched-backend.ts';

/** R23, R25: what ends with the reactor, what cannot begin any more, and that nothing is left. */
export function stoppingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addConnections(suite);
  addTimers(suite);
  addBeginnings(suite);
  addAfterwards(suite);
  addIdle(suite);
  return suite.checks;
}

/** Stops the reactor, and resolves when only the rest of `run` is left. */
export function stopped({ reactor }: Stage): Promise<void> {
  return new Promise((resolve) => {
    reactor.addSystemEventTrigger('after', 'shutdown', () => resolve());
    reactor.stop();
  });
}

function addConnections(suite: AllSuites): void {
  suite.addWatched('R25 open connections end with ConnectionAborted, on both sides', async (stage) => {
    const troupe = new SceneFactory(echo);
    const port = await stage.listen(troupe);
    const clients = await Promise.all(Array.from({ length: 100 }, () => stage.join(port)));
    for (const client of clients) client.transport.write('verse');
    await Promise.all(clients.map((client) => client.when(() => client.received === 5)));
    await stopped(stage);
    const names = [...clients, ...troupe.actors].map(({ reason }) => reason?.name);
    expectSame([names.length, new Set(names).size, names[0]], [200, 1, 'ConnectionAborted'], 'the reasons');
  });

  suite.addUnix('R25 open UNIX connections end with ConnectionAborted', async (stage) => {
    const { server, client } = await stage.pair({}, {}, {}, 'unix');
    await stopped(stage);
    expectSame([server.reason?.name, client.reason?.name], ['ConnectionAborted', 'ConnectionAborted'], 'the reasons');
  });

  const poem = poemOf(20_000_000);
  const scenes: readonly [name: string, server: Part, client: Part][] = [
    [
      'whose peer reads nothing',
      { made: ({ transport }) => void transport.write(poem) },
      { made: ({ transport }) => transport.pauseProducing() },
    ],
    [
      'that is leaving, with its output unsent',
      {
        made: ({ transport }) => {
          transport.write(poem);
          transport.loseConnection();
        },
      },
      { made: ({ transport }) => transport.pauseProducing() },
    ],
    ['that waits for the end of its peer', { made: ({ transport }) => transport.loseConnection() }, { eof: () => {} }],
    ['that has ended its output', { made: ({ transport }) => transport.loseWriteConnection() }, { eof: () => {} }],
    ['whose callback has not settled', { made: () => new Promise(() => {}) }, {}],
    [
      'with a producer',
      {
        made: ({ transport }) =>
          transport.registerProducer({ pauseProducing() {}, resumeProducing() {}, stopProducing() {} }, true),
      },
      {},
    ],
  ];
  for (const [name, server, client] of scenes) {
    suite.addWatched(`R25 a connection ${name} ends with the reactor`, async (stage) => {
      const pair = await stage.pair(server, client);
      const { length } = pair.client.log;
      if (client.eof !== undefined) await pair.client.when(() => pair.client.log.includes('eof'));
      await stopped(stage);
      expect(length > 0 && pair.server.log.at(-1) === 'lost', `the server's log is ${pair.server.log}`);
      expect(pair.client.log.at(-1) === 'lost', `the client's log is ${pair.client.log}`);
    });
  }

  suite.addWatched('R25 attempts, ports and connections at once leave nothing', async (stage, backend) => {
    backend.silent.add('192.0.2.1');
    backend.addresses.set('poem.test', addressesOf('192.0.2.1', '192.0.2.1', '192.0.2.1'));
    const port = await stage.listen(new SceneFactory(echo));
    for (let verse = 0; verse < 20; verse += 1) {
      stage.connect(port, new RecordingFactory());
      stage.reactor.connectTCP('poem.test', 8007, new RecordingFactory());
      void stage.listen(new SceneFactory());
    }
    await stage.join(port);
  });
}

function addTimers(suite: AllSuites): void {
  suite.addRehearsed('R25 calls that wait when the reactor stops never run', async (scripted) => {
    const { reactor, backend } = scripted;
    const ran: string[] = [];
    const { ended } = scripted.run();
    const call = reactor.callLater(10, () => ran.push('waiting'));
    reactor.addSystemEventTrigger('after', 'shutdown', () => {
      reactor.callLater(1, () => ran.push('late'));
    });
    reactor.stop();
    await ended;
    expectSame([call.active, backend.alarmed], [false, undefined], 'whether the call is active, and the alarm');
    const again = scripted.run();
    await backend.advance(1000);
    expectSame(ran, [], 'what ran');
    reactor.stop();
    await again.ended;
  });

  suite.addRehearsed('R25 calls run while the reactor waits to stop', async (scripted) => {
    const { reactor, backend } = scripted;
    const ran: number[] = [];
    reactor.addSystemEventTrigger('before', 'shutdown', () => {
      return new Promise<void>((resolve) => {
        reactor.callLater(20, resolve);
      });
    });
    const run = scripted.run();
    reactor.callLater(10, () => ran.push(backend.time));
    reactor.stop();
    await backend.advance(100);
    expectSame([ran, run.over], [[1010], true], 'when it ran, and whether the reactor has stopped');
  });
}

function addBeginnings(suite: AllSuites): void {
  suite.addWatched('R23 while the reactor ends its connections nothing listens any more', async (stage) => {
    let refused: Promise<Error> | undefined;
    const troupe = new SceneFactory();
    const lost = (): void => {
      refused = rejectionOf(stage.listen(troupe));
    };
    await stage.pair({}, { lost });
    await stopped(stage);
    const reason = await refused;
    expect(reason instanceof CannotListenError, `it rejects with ${reason}`);
    expect(reason.message.includes('stopping'), `it says: ${reason.message}`);
    expectSame(troupe.numPorts, 0, 'the number of ports of the factory');
  });

  suite.addWatched('R23 a client that is lost as the reactor stops does not come back', async (stage) => {
    const client = new RecordingFactory({ lost: (connector) => connector.connect() });
    await stage.connect(await stage.listen(new SceneFactory()), client).whenConnected();
    await stopped(stage);
    const end = ['connectionLost ConnectionAborted', 'clientConnectionLost ConnectionAborted', 'stopFactory'];
    expectSame(client.records.slice(-3), end, 'the last callbacks');
  });

  suite.addWatched('R23 an attempt that fails as the reactor stops is not made again', async (stage, backend) => {
    backend.silent.add('192.0.2.1');
    const client = new RecordingFactory({ failed: (connector) => connector.connect() });
    stage.reactor.connectTCP('192.0.2.1', 8007, client);
    await stopped(stage);
    const records = ['startFactory', 'startedConnecting', 'clientConnectionFailed UserAbortError', 'stopFactory'];
    expectSame(client.records, records, 'what has happened');
  });

  for (const phase of ['before', 'during', 'after'] as const) {
    suite.addWatched(`R25 what begins ${phase} shutdown ends with it`, async (stage) => {
      const port = await stage.listen(new SceneFactory());
      stage.reactor.addSystemEventTrigger(phase, 'shutdown', () => {
        stage.listen(new SceneFactory()).catch(() => {});
        stage.connect(port, ReconnectingClientFactory.forProtocol(Protocol, { initialDelayMs: 0 }));
        stage.connect(port, new RecordingFactory({ failed: (connector) => connector.connect() }));
        stage.reactor.callLater(1, () => {});
      });
      await stage.join(port);
    });
  }

  suite.addRehearsed('R23 a factory that never finishes its start holds nothing up', async (scripted) => {
    const { reactor, backend } = scripted;
    const troupe = new SceneFactory();
    let start = (): void => {};
    troupe.startFactory = () =>
      new Promise<void>((resolve) => {
        start = resolve;
      });
    const run = scripted.run();
    const refused = rejectionOf(reactor.listenTCP(8007, troupe, { interface: '127.0.0.1' }));
    await backend.settled();
    reactor.stop();
    await backend.settled();
    expectSame(run.over, true, 'whether the reactor has stopped');
    start();
    const reason = await refused;
    expect(reason instanceof CannotListenError && reason.message.includes('stopped'), `it rejects with ${reason}`);
    expectSame(troupe.numPorts, 0, 'the number of ports of the factory');
  });

  suite.addWatched('R25 a port whose name is found too late does not open', async (stage, backend) => {
    let find: (found: readonly HostAddress[]) => void = () => {};
    backend.addresses.set(
      'slow.test',
      new Promise<readonly HostAddress[]>((resolve) => {
        find = resolve;
      }),
    );
    const troupe = new SceneFactory();
    const refused = rejectionOf(stage.reactor.listenTCP(0, troupe, { interface: 'slow.test' }));
    stage.connect(await stage.listen(new SceneFactory()), new RecordingFactory());
    stage.reactor.connectTCP('slow.test', 8007, new RecordingFactory());
    await stopped(stage);
    find(addressesOf('127.0.0.1'));
    const reason = await refused;
    expect(reason instanceof CannotListenError, `it rejects with ${reason}`);
    expectSame(troupe.numPorts, 0, 'the number of ports of the factory');
    expectSame(backend.places.length, 1, 'how many ports were opened');
  });
}

function addAfterwards(suite: AllSuites): void {
  suite.addBare('R25 whatever the reactor had, once run resolves it holds nothing', async (bare) => {
    const backend = new WatchedBackend(bare);
    const reactor = new Reactor(backend);
    for (let verse = 0; verse < 3; verse += 1) {
      const running = reactor.run();
      const port = await reactor.listenTCP(0, new SceneFactory(echo), { interface: '127.0.0.1' });
      const client = new Actor({ made: ({ transport }) => void transport.write('verse') });
      reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(client));
      await client.when(() => client.received === 5);
      reactor.callLater(60_000, () => {});
      expectSame(backend.held, ['alarm 1', 'listener 1', 'wire 2', 'signals 1'], 'what it holds while it runs');
      reactor.stop();
      await running;
      expectSame(backend.held, [], 'what it holds afterwards');
    }
  });

  suite.addBare('R25 a running reactor with nothing open holds the alarm, a stopped one does not', async (bare) => {
    const backend = new WatchedBackend(bare);
    const reactor = new Reactor(backend);
    const running = reactor.run({ signals: false });
    expectSame(backend.held, ['alarm 1'], 'what it holds');
    reactor.stop();
    await running;
    expectSame(backend.held, [], 'what it holds afterwards');
  });
}

/** Without `run` a reactor holds what is open, and nothing else. */
function addIdle(suite: AllSuites): void {
  suite.addBare('R25 a reactor that never ran holds nothing once all is closed', async (bare) => {
    const backend = new WatchedBackend(bare);
    const reactor = new Reactor(backend);
    expectSame(backend.held, [], 'what it holds at first');
    const troupe = new SceneFactory(echo);
    const port = await reactor.listenTCP(0, troupe, { interface: '127.0.0.1' });
    const client = new Actor({
      made: ({ transport }) => void transport.write('verse'),
      data: ({ transport }) => transport.loseConnection(),
    });
    reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(client));
    await client.lost();
    await troupe.actors[0]?.lost();
    await port.stopListening();
    expectSame(backend.held, [], 'what it holds');
  });

  suite.addBare('R25 calls that were cancelled, and attempts that failed, leave nothing', async (bare) => {
    const backend = new WatchedBackend(bare);
    backend.silent.add('192.0.2.1');
    const reactor = new Reactor(backend);
    const call = reactor.callLater(60_000, () => {});
    expectSame(backend.held, ['alarm 1'], 'what it holds');
    call.cancel();
    expectSame(backend.held, [], 'what it holds when the call is cancelled');
    const refused = new RecordingFactory();
    reactor.connectTCP('127.0.0.1', 1, refused);
    await refused.wrote('stopFactory');
    expectSame(backend.held, [], 'what it holds when an attempt has failed');
    const cancelled = new RecordingFactory();
    reactor.connectTCP('192.0.2.1', 8007, cancelled).stopConnecting();
    await cancelled.wrote('stopFactory');
    expectSame(backend.held, [], 'what it holds when an attempt was cancelled');
  });
}
