import type { Connector } from '../protocol/connector.ts';
import { Repertoire } from './all-suites.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import type { Habits } from './recording-factory.ts';
import { Diarist } from './recording-factory.ts';
import type { Venue } from './stage.ts';
import { Troupe } from './stage.ts';

/** R21: the order of a client factory's callbacks. */
export function clientOrderChecks(venue: Venue): Check[] {
  const programme = new Repertoire(venue);
  addPaths(programme);
  addReturns(programme);
  addStates(programme);
  addFaults(programme);
  return programme.checks;
}

const BEGINNING = ['startFactory', 'startedConnecting'];
const MADE = ['buildProtocol', 'connectionMade'];
const DONE = ['connectionLost ConnectionDone', 'clientConnectionLost ConnectionDone'];
const END = ['stopFactory'];

function addPaths(programme: Repertoire): void {
  programme.addEach('R21 a connection that the server closes', async (stage, medium) => {
    const troupe = new Troupe({ made: ({ transport }) => transport.loseConnection() });
    const client = new Diarist();
    stage.connect(await stage.listen(troupe, {}, medium), client);
    await client.wrote('stopFactory');
    expectSame(client.pages, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
  });

  programme.addEach('R21 a connection that the client closes as soon as it is made', async (stage, medium) => {
    const client = new Diarist({ made: ({ transport }) => transport.loseConnection() });
    stage.connect(await stage.listen(new Troupe(), {}, medium), client);
    await client.wrote('stopFactory');
    expectSame(client.pages, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
  });

  programme.addEach('R21 a connection that the client aborts as soon as it is made', async (stage, medium) => {
    const client = new Diarist({ made: ({ transport }) => transport.abortConnection() });
    stage.connect(await stage.listen(new Troupe(), {}, medium), client);
    await client.wrote('stopFactory');
    const aborted = ['connectionLost ConnectionAborted', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.pages, [...BEGINNING, ...MADE, ...aborted, ...END], 'the order');
  });

  programme.addEach('R21 an attempt that fails', async (stage, medium) => {
    const port = await stage.listen(new Troupe(), {}, medium);
    await port.stopListening();
    const client = new Diarist();
    stage.connect(port, client);
    await client.wrote('stopFactory');
    const [reason] = client.reasons;
    expectSame(client.pages, [...BEGINNING, `clientConnectionFailed ${reason?.name}`, ...END], 'the order');
  });

  programme.addEach('R21 buildProtocol that returns null', async (stage, medium) => {
    const client = new Diarist({ builds: () => null });
    stage.connect(await stage.listen(new Troupe(), {}, medium), client);
    await client.wrote('stopFactory');
    const lost = ['buildProtocol', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.pages, [...BEGINNING, ...lost, ...END], 'the order');
  });

  programme.addEach('R21 a client that is connected when the reactor stops', async (stage, medium) => {
    const client = new Diarist();
    await stage.connect(await stage.listen(new Troupe(), {}, medium), client).whenConnected();
    stage.reactor.stop();
    await client.wrote('stopFactory');
    const lost = ['connectionLost ConnectionAborted', 'clientConnectionLost ConnectionAborted'];
    expectSame(client.pages, [...BEGINNING, ...MADE, ...lost, ...END], 'the order');
  });

  programme.addEach('R21 the reason is the same for protocol and factory', async (stage, medium) => {
    const reasons: Error[] = [];
    const client = new Diarist({
      builds: (actor) => {
        const lost = actor.connectionLost.bind(actor);
        actor.connectionLost = (reason) => {
          reasons.push(reason);
          return lost(reason);
        };
        return actor;
      },
    });
    const troupe = new Troupe({ made: ({ transport }) => transport.loseConnection() });
    stage.connect(await stage.listen(troupe, {}, medium), client);
    await client.wrote('stopFactory');
    expect(reasons.length === 1 && reasons[0] === client.reasons[0], 'the reasons differ');
  });

  programme.add('R21 one factory under several connectors starts once and stops once', async (stage) => {
    const troupe = new Troupe({ made: ({ transport }) => transport.loseConnection() });
    const port = await stage.listen(troupe);
    const client = new Diarist();
    for (let verse = 0; verse < 5; verse += 1) stage.connect(port, client);
    expectSame(client.numPorts, 5, 'the number of connectors');
    await client.wrote('stopFactory');
    const count = (page: string): number => client.pages.filter((one) => one === page).length;
    expectSame([count('startFactory'), count('stopFactory')], [1, 1], 'starts and stops');
    expectSame(client.pages.at(-1), 'stopFactory', 'the last callback');
    expectSame(count('clientConnectionLost ConnectionDone'), 5, 'the number of connections that were lost');
  });
}

/** Connects again, in that callback, until the factory has begun so many attempts. */
function again(attempts: number): (connector: Connector) => void {
  let begun = 1;
  return (connector) => {
    if (begun === attempts) return;
    begun += 1;
    connector.connect();
  };
}

function addReturns(programme: Repertoire): void {
  programme.addEach('R21 clientConnectionLost connects again', async (stage, medium) => {
    const troupe = new Troupe({ made: ({ transport }) => transport.loseConnection() });
    const client = new Diarist({ lost: again(3) });
    stage.connect(await stage.listen(troupe, {}, medium), client);
    await client.wrote('stopFactory');
    const round = ['startedConnecting', ...MADE, ...DONE];
    expectSame(client.pages, ['startFactory', ...round, ...round, ...round, ...END], 'the order');
  });

  programme.addEach(
    'R21 clientConnectionLost connects again after buildProtocol returned null',
    async (stage, medium) => {
      const client = new Diarist({ builds: () => null, lost: again(2) });
      stage.connect(await stage.listen(new Troupe(), {}, medium), client);
      await client.wrote('stopFactory');
      const round = ['startedConnecting', 'buildProtocol', 'clientConnectionLost ConnectionAborted'];
      expectSame(client.pages, ['startFactory', ...round, ...round, ...END], 'the order');
    },
  );

  programme.addRehearsed('R21 clientConnectionFailed connects again', async ({ reactor, backend }) => {
    const client = new Diarist({ failed: again(3) });
    reactor.connectTCP('192.0.2.1', 8007, client);
    for (let verse = 0; verse < 3; verse += 1) {
      backend.attempts[verse]?.fail('refused');
      await backend.settled();
    }
    const round = ['startedConnecting', 'clientConnectionFailed ConnectionRefusedError'];
    expectSame(client.pages, ['startFactory', ...round, ...round, ...round, ...END], 'the order');
  });

  programme.addRehearsed('R21 a cancelled attempt may be made again', async ({ reactor, backend }) => {
    const client = new Diarist({ failed: again(2) });
    reactor.connectTCP('192.0.2.1', 8007, client).stopConnecting();
    await backend.settled();
    backend.attempts[1]?.succeed().lose();
    const round = ['startedConnecting', 'clientConnectionFailed UserAbortError'];
    expectSame(client.pages, ['startFactory', ...round, 'startedConnecting', ...MADE, ...DONE, ...END], 'the order');
  });

  programme.addRehearsed(
    'R21 a connector that connects later starts its factory again',
    async ({ reactor, backend }) => {
      const client = new Diarist();
      const connector = reactor.connectTCP('192.0.2.1', 8007, client);
      backend.attempts[0]?.fail('refused');
      await backend.settled();
      connector.connect();
      backend.attempts[1]?.succeed().lose();
      const first = [...BEGINNING, 'clientConnectionFailed ConnectionRefusedError', ...END];
      expectSame(client.pages, [...first, ...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
    },
  );
}

function addStates(programme: Repertoire): void {
  programme.addRehearsed('R21 the state that each callback finds', async ({ reactor, backend }) => {
    const states: string[] = [];
    const see = ({ state }: Connector): void => void states.push(state);
    const client = new Diarist({
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

  const cancels: readonly [name: string, habits: (connector: () => Connector) => Habits, pages: string[]][] = [
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
  for (const [name, habits, made] of cancels) {
    programme.addEach(`R21 a connector that is stopped in ${name}`, async (stage, medium) => {
      const port = await stage.listen(new Troupe(), {}, medium);
      const client: Diarist = new Diarist(habits(() => connector));
      const connector: Connector = stage.connect(port, client);
      await client.wrote('stopFactory');
      const end = made.length === 0 ? ['clientConnectionFailed UserAbortError'] : DONE;
      expectSame(client.pages, [...BEGINNING, ...made, ...end, ...END], 'the order');
    });
  }
}

function addFaults(programme: Repertoire): void {
  const throws = (where: string) => (): never => {
    throw new Error(`no rhyme in ${where}`);
  };
  const failing: readonly [name: string, habits: Habits][] = [
    ['startFactory', { startFactory: throws('startFactory') }],
    ['startedConnecting', { started: throws('startedConnecting') }],
    ['clientConnectionFailed', { failed: throws('clientConnectionFailed') }],
  ];
  for (const [name, habits] of failing) {
    programme.addRehearsed(`R21 what ${name} throws is reported, and the rest goes on`, async (rehearsal) => {
      const { reactor, backend } = rehearsal;
      const client = new Diarist(habits);
      reactor.connectTCP('192.0.2.1', 8007, client);
      backend.attempts[0]?.fail('refused');
      await backend.settled();
      const last = name === 'startFactory' ? [] : END;
      const pages = [...BEGINNING, 'clientConnectionFailed ConnectionRefusedError', ...last];
      expectSame(client.pages, pages, 'the order');
      const report = `Diarist for 192.0.2.1:8007: ${name}: Error: no rhyme in ${name}`;
      expectSame(rehearsal.takeReports(), [report], 'the reports');
      expectSame(client.numPorts, 0, 'the number of connectors');
    });
  }

  const failingLater: readonly [name: string, habits: Habits, who: string][] = [
    ['clientConnectionLost', { lost: throws('clientConnectionLost') }, 'Diarist for 192.0.2.1:8007'],
    ['stopFactory', { stopFactory: throws('stopFactory') }, 'Diarist for 192.0.2.1:8007'],
  ];
  for (const [name, habits, who] of failingLater) {
    programme.addRehearsed(`R21 what ${name} throws is reported, and the rest goes on`, async (rehearsal) => {
      const client = new Diarist(habits);
      rehearsal.reactor.connectTCP('192.0.2.1', 8007, client);
      rehearsal.backend.attempts[0]?.succeed().lose();
      expectSame(client.pages, [...BEGINNING, ...MADE, ...DONE, ...END], 'the order');
      expectSame(rehearsal.takeReports(), [`${who}: ${name}: Error: no rhyme in ${name}`], 'the reports');
    });
  }

  programme.addEach('R21 buildProtocol that throws', async (stage, medium) => {
    const client = new Diarist({ builds: throws('buildProtocol') });
    stage.connect(await stage.listen(new Troupe(), {}, medium), client);
    await client.wrote('stopFactory');
    const lost = ['buildProtocol', 'clientConnectionLost Error'];
    expectSame(client.pages, [...BEGINNING, ...lost, ...END], 'the order');
    expectSame(
      stage.takeReports().map(({ where }) => where),
      ['buildProtocol'],
      'the reports',
    );
  });

  programme.addEach('R21 connectionMade that throws', async (stage, medium) => {
    const client = new Diarist({ made: throws('connectionMade') });
    stage.connect(await stage.listen(new Troupe(), {}, medium), client);
    await client.wrote('stopFactory');
    const lost = ['connectionLost Error', 'clientConnectionLost Error'];
    expectSame(client.pages, [...BEGINNING, ...MADE, ...lost, ...END], 'the order');
    expectSame(
      stage.takeReports().map(({ where }) => where),
      ['connectionMade'],
      'the reports',
    );
  });
}
