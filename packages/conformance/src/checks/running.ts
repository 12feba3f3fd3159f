import { Reactor, ReactorAlreadyRunning, ReactorNotRunning } from 'couplet';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { numberOf } from '../places.ts';
import { errorBy, rejectionOf } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** R23: running a reactor, again and again. */
export function runningChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addRuns(suite);
  addCalls(suite);
  return suite.checks;
}

function addRuns(suite: AllSuites): void {
  suite.addRehearsed('R23 running is true from run until all has ended', async ({ reactor }) => {
    const seen: unknown[] = [reactor.running];
    const see = (): void => void seen.push(reactor.running);
    reactor.addSystemEventTrigger('before', 'startup', see);
    reactor.addSystemEventTrigger('after', 'shutdown', see);
    const running = reactor.run();
    see();
    reactor.stop();
    see();
    await running;
    see();
    expectSame(seen, [false, true, true, true, true, false], 'what running was');
  });

  suite.addRehearsed('R23 run goes on with nothing open, and keeps the process alive', async (scripted) => {
    const { reactor, backend } = scripted;
    const running = scripted.run();
    await backend.advance(1e9);
    expectSame([running.over, backend.alarmed], [false, Number.POSITIVE_INFINITY], 'whether it is over, and the alarm');
    reactor.callLater(5, () => {});
    await backend.advance(5);
    expectSame([running.over, backend.alarmed], [false, Number.POSITIVE_INFINITY], 'the same after a call');
    reactor.stop();
    await running.ended;
    expectSame(backend.alarmed, undefined, 'the alarm when it has ended');
  });

  suite.addRehearsed('R23 run rejects with ReactorAlreadyRunning while it runs', async ({ reactor, backend }) => {
    const running = reactor.run();
    const errors = [await rejectionOf(reactor.run())];
    let release = (): void => {};
    reactor.addSystemEventTrigger('before', 'shutdown', () => {
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    reactor.stop();
    errors.push(await rejectionOf(reactor.run()));
    expect(
      errors.every((error) => error instanceof ReactorAlreadyRunning),
      `it rejects with ${errors}`,
    );
    expectSame([reactor.running, backend.catchers.size], [true, 1], 'whether it runs, and who catches signals');
    release();
    await running;
  });

  suite.addRehearsed('R23 stop throws ReactorNotRunning unless it runs', async ({ reactor }) => {
    const errors = [errorBy(() => reactor.stop())];
    const running = reactor.run();
    reactor.stop();
    await running;
    errors.push(errorBy(() => reactor.stop()));
    expect(
      errors.every((error) => error instanceof ReactorNotRunning),
      `it throws ${errors}`,
    );
  });

  suite.addRehearsed('R23 stop does nothing while it stops', async ({ reactor }) => {
    let shutdowns = 0;
    reactor.addSystemEventTrigger('during', 'shutdown', () => {
      shutdowns += 1;
      reactor.stop();
    });
    const running = reactor.run();
    reactor.stop();
    reactor.stop();
    await running;
    expectSame(shutdowns, 1, 'the number of shutdowns');
  });

  suite.addRehearsed('R23 a reactor may run again', async ({ reactor, backend }) => {
    for (let verse = 0; verse < 3; verse += 1) {
      const running = reactor.run();
      expectSame([reactor.running, backend.catchers.size], [true, 1], 'whether it runs, and who catches signals');
      let ran = false;
      reactor.callLater(1, () => {
        ran = true;
      });
      await backend.advance(1);
      expectSame(ran, true, 'whether its timers run');
      reactor.stop();
      await running;
    }
  });

  suite.addBare('R23 a reactor that runs again serves again', async (backend) => {
    const reactor = new Reactor(backend);
    for (let verse = 0; verse < 2; verse += 1) {
      const running = reactor.run({ signals: false });
      const troupe = new SceneFactory({ made: ({ transport }) => void transport.write('verse') });
      const port = await reactor.listenTCP(0, troupe, { interface: '127.0.0.1' });
      const client = new Actor();
      reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(client));
      await client.when(() => client.received === 5);
      reactor.stop();
      await running;
      expectSame(client.reason?.name, 'ConnectionAborted', 'the reason of the client');
    }
  });

  for (const where of ['before', 'during', 'after'] as const) {
    suite.addRehearsed(`R23 stop works ${where} startup`, async ({ reactor }) => {
      const seen: string[] = [];
      reactor.addSystemEventTrigger(where, 'startup', () => reactor.stop());
      for (const phase of ['before', 'during', 'after'] as const) {
        reactor.addSystemEventTrigger(phase, 'shutdown', () => seen.push(phase));
      }
      await reactor.run();
      expectSame([seen, reactor.running], [['before', 'during', 'after'], false], 'what ran, and whether it runs');
    });
  }
}

function addCalls(suite: AllSuites): void {
  suite.addRehearsed('R23 callWhenRunning waits until the reactor runs, in order', async ({ reactor, backend }) => {
    const ran: unknown[] = [];
    reactor.callWhenRunning((...words: string[]) => ran.push([...words, reactor.running]), 'a', 'rhyme');
    reactor.callWhenRunning(() => ran.push('second'));
    await backend.advance(1000);
    expectSame(ran, [], 'what ran before');
    const running = reactor.run();
    expectSame(ran, [['a', 'rhyme', true], 'second'], 'what ran then');
    reactor.stop();
    await running;
  });

  suite.addRehearsed('R23 callWhenRunning calls at once when the reactor runs', async ({ reactor }) => {
    const running = reactor.run();
    const ran: unknown[] = [];
    reactor.callWhenRunning((word: string) => ran.push(word), 'rhyme');
    expectSame(ran, ['rhyme'], 'what ran');
    reactor.stop();
    await running;
  });

  suite.addRehearsed('R23 callWhenRunning calls once, however often the reactor runs', async ({ reactor }) => {
    let ran = 0;
    reactor.callWhenRunning(() => {
      ran += 1;
    });
    for (let verse = 0; verse < 2; verse += 1) {
      const running = reactor.run();
      reactor.stop();
      await running;
    }
    expectSame(ran, 1, 'how often it ran');
  });

  suite.addRehearsed('R23 what callWhenRunning calls may throw', async (scripted) => {
    const { reactor } = scripted;
    const ran: string[] = [];
    reactor.callWhenRunning(() => {
      throw new Error('early');
    });
    reactor.callWhenRunning(() => ran.push('next'));
    const running = reactor.run();
    reactor.callWhenRunning(() => {
      throw new Error('late');
    });
    reactor.callWhenRunning(async () => {
      throw new Error('later');
    });
    await scripted.backend.settled();
    expectSame(ran, ['next'], 'what ran');
    const reports = [
      'a trigger: after startup: Error: early',
      'callWhenRunning: an anonymous function: Error: late',
      'callWhenRunning: an anonymous function: Error: later',
    ];
    expectSame(scripted.takeReports(), reports, 'the reports');
    reactor.stop();
    await running;
  });
}
