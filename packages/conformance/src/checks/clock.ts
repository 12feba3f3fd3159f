import type { Clock } from 'couplet';
import type { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { RecordingFactory } from '../recording-factory.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R41: what a protocol needs from outside it gets from its reactor. */
export function clockChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);

  suite.addRehearsed('R41 transport.clock tells the time of its reactor', async (scripted) => {
    const { reactor, backend } = scripted;
    const clock = await clockOfClient(scripted);
    backend.wall = 1_234_567;
    backend.chance = 0.75;
    const told = (one: Clock): number[] => [one.now(), one.wallClock(), one.random()];
    expectSame(told(clock), [1000, 1_234_567, 0.75], 'what the clock tells');
    await backend.advance(250);
    backend.wall = 0;
    backend.chance = 0.5;
    expectSame(told(clock), [1250, 0, 0.5], 'what the clock tells later');
    expectSame(told(reactor), told(clock), 'what the reactor tells');
  });

  suite.addRehearsed('R41 calls of transport.clock are timers of its reactor', async (scripted) => {
    const { reactor, backend } = scripted;
    const clock = await clockOfClient(scripted);
    const ran: unknown[] = [];
    reactor.callLater(20, () => ran.push(['reactor', backend.time]));
    const call = clock.callLater(10, (...words: string[]) => ran.push([...words, backend.time]), 'a', 'rhyme');
    reactor.callLater(10, () => ran.push(['reactor', backend.time]));
    expectSame([call.active, call.getTime()], [true, 1010], 'whether it is active, and when it runs');
    await backend.advance(100);
    expectSame(
      ran,
      [
        ['a', 'rhyme', 1010],
        ['reactor', 1010],
        ['reactor', 1020],
      ],
      'what ran, and when',
    );
  });

  suite.addEach('R41 both ends of a connection have the clock of the reactor', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    const before = stage.reactor.now();
    const told = [server, client].map(({ transport }) => transport.clock.now());
    const after = stage.reactor.now();
    expect(
      told.every((now) => before <= now && now <= after),
      `the clocks tell ${told}, between ${before} and ${after}`,
    );
  });

  suite.addEach('R62 transport.reactor is the reactor, at both ends of a connection', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    for (const { transport } of [server, client])
      expect(transport.reactor === stage.reactor, 'transport.reactor is something else');
    client.transport.loseConnection();
    await client.lost();
    expect(client.transport.reactor === stage.reactor, 'transport.reactor is something else after the connection');
  });

  suite.add('R41 a protocol may wait on its clock, also after its connection', async (stage) => {
    const waited = new Promise<Actor>((resolve) => {
      const lost = (actor: Actor): void => void actor.transport.clock.callLater(1, resolve, actor);
      void stage.pair({ made: ({ transport }) => transport.loseConnection() }, { lost });
    });
    expectSame((await waited).log.at(-1), 'lost', 'the last callback');
  });

  suite.add('R41 factories get the reactor when they start, servers and clients', async (stage) => {
    const clocks: Clock[] = [];
    const troupe = new SceneFactory();
    const client = new RecordingFactory();
    for (const factory of [troupe, client]) {
      const start = factory.doStart.bind(factory);
      factory.doStart = (reactor) => {
        clocks.push(reactor);
        start(reactor);
      };
    }
    await stage.connect(await stage.listen(troupe), client).whenConnected();
    expectSame(clocks.length, 2, 'how many clocks there were');
    expect(
      clocks.every((clock) => clock === stage.reactor),
      'they are not the reactor',
    );
  });

  suite.addRehearsed('R41 startFactory gets the reactor', async ({ reactor }) => {
    const clocks: Clock[] = [];
    const client = new RecordingFactory();
    client.startFactory = (...clock: Clock[]) => void clocks.push(...clock);
    reactor.connectTCP('192.0.2.1', 8007, client);
    expect(clocks.length === 1 && clocks[0] === reactor, 'startFactory was not given the reactor, once');
  });

  return suite.checks;
}

/** The clock of a connected client. */
async function clockOfClient({ reactor, backend }: ScriptedRun): Promise<Clock> {
  const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
  backend.attempts[0]?.succeed();
  const actor = await connector.whenConnected();
  expect(actor !== null, 'the factory built no protocol');
  return actor.transport.clock;
}
