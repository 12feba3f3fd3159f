import type { Connector } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { RecorderOptions } from '../recording-factory.ts';
import { RecordingFactory } from '../recording-factory.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R21: the order of a client factory's callbacks. */
export function clientOrderChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addPaths(suite);
  addReturns(suite);
  addStates(suite);
  addFaults(suite);
  return suite.checks;
}

const BEGINNING = ['startFactory', 'startedConnecting'];
const MADE = ['buildProtocol', 'connectionMade'];
const DONE = ['connectionLost ConnectionDone', 'clientConnectionLost ConnectionDone'];
const END = ['stopFactory'];

function addPaths(suite: AllSuites): void {
  suite.addEach('R21 a connection that the server closes', async (stage, link) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    const client = new RecordingFactory();
    stage.connect(await stage.listen(troupe, {}, link), client);
    await client.wrote('stopFactory');
    expectSame(client.records, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
  });

  suite.addEach('R21 a connection that the client closes as soon as it is made', async (stage, link) => {
    const client = new RecordingFactory({ made: ({ transport }) => transport.loseConnection() });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    expectSame(client.records, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
  });

  suite.addEach('R21 a connection that the client aborts as soon as it is made', async (stage, link) => {
    const client = new RecordingFactory({ made: ({ transport }) => transport.abortConnection() });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    const aborted = ['connectionLost ConnectionAborted', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.records, [...BEGINNING, ...MADE, ...aborted, ...END], 'the order');
  });

  suite.addEach('R21 an attempt that fails', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(), {}, link);
    await port.stopListening();
    const client = new RecordingFactory();
    stage.connect(port, client);
    await client.wrote('stopFactory');
    const [reason] = client.reasons;
    expectSame(client.records, [...BEGINNING, `clientConnectionFailed ${reason?.name}`, ...END], 'the order');
  });

  suite.addEach('R21 buildProtocol that returns null', async (stage, link) => {
    const client = new RecordingFactory({ builds: () => null });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    const lost = ['buildProtocol', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.records, [...BEGINNING, ...lost, ...END], 'the order');
  });

  suite.addEach('R21 a client that is connected when the reactor stops', async (stage, link) => {
    const client = new RecordingFactory();
    await stage.connect(await stage.listen(new SceneFactory(), {}, link), client).whenConnected();
    stage.reactor.stop();
    await client.wrote('stopFactory');
    const lost = ['connectionLost ConnectionAborted', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.records, [...BEGINNING, ...MADE, ...lost, ...END], 'the order');
  });

  suite.addEach('R21 the reason is the same for protocol and factory', async (stage, link) => {
    const reasons: Error[] = [];
    const client = new RecordingFactory({
      builds: (actor) => {
        const lost = actor.connectionLost.bind(actor);
        actor.connectionLost = (reason) => {
          reasons.push(reason);
          return lost(reason);
        };
        return actor;
      },
    });
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    stage.connect(await stage.listen(troupe, {}, link), client);
    await client.wrote('stopFactory');
    expect(
      reasons.length === 1 && reasons[0] === client.reasons[0],
      'the protocol and its factory were not told the same reason, once',
    );
  });

  suite.add('R21 one factory under several connectors starts once and stops once', async (stage) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    const port = await stage.listen(troupe);
    const client = new RecordingFactory();
    for (let verse = 0; verse < 5; verse += 1) stage.connect(port, client);
    expectSame(client.numPorts, 5, 'the number of connectors');
    await client.wrote('stopFactory');
    const count = (page: string): number => client.records.filter((one) => one === page).length;
    expectSame([count('startFactory'), count('stopFactory')], [1, 1], 'starts and stops');
    expectSame(client.records.at(-1), 'stopFactory', 'the last callback');
    expectSame(count('clientConnectionLost ConnectionDone'), 5, 'the number of connections that were lost');
  });
}

/** Connects again, in that callback, until the factory has begun that number of attempts. */
function again(attempts: number): (connector: Connector) => void {
  let begun = 1;
  return (connector) => {
    if (begun === attempts) return;
    begun += 1;
    connector.connect();
  };
}

function addReturns(suite: AllSuites): void {
  suite.addEach('R21 clientConnectionLost connects again', async (stage, link) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    const client = new RecordingFactory({ lost: again(3) });
    stage.connect(await stage.listen(troupe, {}, link), client);
    await client.wrote('stopFactory');
    const round = ['startedConnecting', ...MADE, ...DONE];
    expectSame(client.records, ['startFactory', ...round, ...round, ...round, ...END], 'the order');
  });

  suite.addEach('R21 clientConnectionLost connects again after buildProtocol returned null', async (stage, link) => {
    const client = new RecordingFactory({ builds: () => null, lost: again(2) });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    const round = ['startedConnecting', 'buildProtocol', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.records, ['startFactory', ...round, ...round, ...END], 'the order');
  });

  suite.addRehearsed('R21 clientConnectionFailed connects again', async ({ reactor, backend }) => {
    const client = new RecordingFactory({ failed: again(3) });
    reactor.connectTCP('192.0.2.1', 8007, client);
    for (let verse = 0; verse < 3; verse += 1) {
      backend.attempts[verse]?.fail('refused');
      await backend.settled();
    }
    const round = ['startedConnecting', 'clientConnectionFailed ConnectionRefusedError'];
    expectSame(client.records, ['startFactory', ...round, ...round, ...round, ...END], 'the order');
  });

  suite.addRehearsed('R21 a cancelled attempt may be made again', async ({ reactor, backend }) => {
    const client = new RecordingFactory({ failed: again(2) });
    reactor.connectTCP('192.0.2.1', 8007, client).stopConnecting();
    await backend.settled();
    backend.attempts[1]?.succeed().lose();
    const round = ['startedConnecting', 'clientConnectionFailed UserAbortError'];
    expectSame(client.records, ['startFactory', ...round, 'startedConnecting', ...MADE, ...DONE, ...END], 'the order');
  });

  suite.addRehearsed('R21 a connector that connects later starts its factory again', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    connector.connect();
    backend.attempts[1]?.succeed().lose();
    const first = [...BEGINNING, 'clientConnectionFailed ConnectionRefusedError', ...END];
    expectSame(client.records, [...first, ...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
  });
}

function addStates(suite: AllSuites): void {
  suite.addRehearsed('R21 the state that each callback finds', async ({ reactor, backend }) => {
    const states: string[] = [];
    const see = ({ state }: Connector): void => void states.push(state);
    const client = new RecordingFactory({
      started: see,
      builds: (actor) => {
        see(connector);
        return actor;
      },
      made: () => see(connector),
      failed: (one) => {
        see(one);
        one.connect();
      },
      lost: see,
      stopFactory: () => see(connector),
    });
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    backend.attempts[1]?.succeed().lose();
    const connected = ['connecting', 'connected', 'connected', 'disconnected', 'disconnected'];
    expectSame(states, ['connecting', 'disconnected', ...connected], 'the states');
  });

  const cancels: readonly [
    name: string,
    options: (connector: () => Connector) => RecorderOptions,
    records: string[],
  ][] = [
    ['startedConnecting', () => ({ started: (connector) => connector.stopConnecting() }), []],
    [
      'buildProtocol',
      (connector) => ({
        builds: (actor) => {
          connector().disconnect();
          return actor;
        },
      }),
      MADE,
    ],
    ['connectionMade', (connector) => ({ made: () => connector().disconnect() }), MADE],
  ];
  for (const [name, options, made] of cancels) {
    suite.addEach(`R21 a connector that is stopped in ${name}`, async (stage, link) => {
      const port = await stage.listen(new SceneFactory(), {}, link);
      const client: RecordingFactory = new RecordingFactory(options(() => connector));
      const connector: Connector = stage.connect(port, client);
      await client.wrote('stopFactory');
      const end = made.length === 0 ? ['clientConnectionFailed UserAbortError'] : DONE;
      expectSame(client.records, [...BEGINNING, ...made, ...end, ...END], 'the order');
    });
  }
}

function addFaults(suite: AllSuites): void {
  const throws = (where: string) => (): never => {
    throw new Error(`no rhyme in ${where}`);
  };
  const failing: readonly [name: string, options: RecorderOptions][] = [
    ['startFactory', { startFactory: throws('startFactory') }],
    ['startedConnecting', { started: throws('startedConnecting') }],
    ['clientConnectionFailed', { failed: throws('clientConnectionFailed') }],
  ];
  for (const [name, options] of failing) {
    suite.addRehearsed(`R21 what ${name} throws is reported, and the rest goes on`, async (scripted) => {
      const { reactor, backend } = scripted;
      const client = new RecordingFactory(options);
      reactor.connectTCP('192.0.2.1', 8007, client);
      backend.attempts[0]?.fail('refused');
      await backend.settled();
      const last = name === 'startFactory' ? [] : END;
      const records = [...BEGINNING, 'clientConnectionFailed ConnectionRefusedError', ...last];
      expectSame(client.records, records, 'the order');
      const report = `RecordingFactory for 192.0.2.1:8007: ${name}: Error: no rhyme in ${name}`;
      expectSame(scripted.takeReports(), [report], 'the reports');
      expectSame(client.numPorts, 0, 'the number of connectors');
    });
  }

  const failingLater: readonly [name: string, options: RecorderOptions, who: string][] = [
    ['clientConnectionLost', { lost: throws('clientConnectionLost') }, 'RecordingFactory for 192.0.2.1:8007'],
    ['stopFactory', { stopFactory: throws('stopFactory') }, 'RecordingFactory for 192.0.2.1:8007'],
  ];
  for (const [name, options, who] of failingLater) {
    suite.addRehearsed(`R21 what ${name} throws is reported, and the rest goes on`, async (scripted) => {
      const client = new RecordingFactory(options);
      scripted.reactor.connectTCP('192.0.2.1', 8007, client);
      scripted.backend.attempts[0]?.succeed().lose();
      expectSame(client.records, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
      expectSame(scripted.takeReports(), [`${who}: ${name}: Error: no rhyme in ${name}`], 'the reports');
    });
  }

  suite.addEach('R21 buildProtocol that throws', async (stage, link) => {
    const client = new RecordingFactory({ builds: throws('buildProtocol') });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    const lost = ['buildProtocol', 'clientConnectionLost Error'];
    expectSame(client.records, [...BEGINNING, ...lost, ...END], 'the order');
    expectSame(
      stage.takeReports().map(({ where }) => where),
      ['buildProtocol'],
      'the reports',
    );
  });

  suite.addEach('R21 connectionMade that throws', async (stage, link) => {
    const client = new RecordingFactory({ made: throws('connectionMade') });
    stage.connect(await stage.listen(new SceneFactory(), {}, link), client);
    await client.wrote('stopFactory');
    const lost = ['connectionLost Error', 'clientConnectionLost Error'];
    expectSame(client.records, [...BEGINNING, ...MADE, ...lost, ...END], 'the order');
    expectSame(
      stage.takeReports().map(({ where }) => where),
      ['connectionMade'],
      'the reports',
    );
  });
}
