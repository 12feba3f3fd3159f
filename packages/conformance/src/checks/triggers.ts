import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { errorBy } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R23: the triggers of startup and shutdown, and signals. */
export function triggerChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addTriggers(suite);
  addWaits(suite);
  addSignals(suite);
  return suite.checks;
}

const PHASES = ['before', 'during', 'after'] as const;

function addTriggers(suite: AllSuites): void {
  suite.addRehearsed('R23 triggers run by phase, then in the order in which they were added', async ({ reactor }) => {
    const ran: string[] = [];
    for (const name of ['a', 'b']) {
      for (const event of ['shutdown', 'startup'] as const) {
        for (const phase of ['after', 'before', 'during'] as const) {
          reactor.addSystemEventTrigger(
            phase,
            event,
            (...words: string[]) => ran.push(words.join(' ')),
            phase,
            event,
            name,
          );
        }
      }
    }
    const running = reactor.run();
    reactor.stop();
    await running;
    const order = ['startup', 'shutdown'].flatMap((event) =>
      PHASES.flatMap((phase) => ['a', 'b'].map((name) => `${phase} ${event} ${name}`)),
    );
    expectSame(ran, order, 'the order');
  });

  suite.addRehearsed('R23 a trigger that fails is reported, and the others run', async (scripted) => {
    const { reactor } = scripted;
    const ran: string[] = [];
    const failed: string[] = [];
    for (const event of ['startup', 'shutdown'] as const) {
      for (const phase of PHASES) {
        const name = `${phase} ${event}`;
        failed.push(`a trigger: ${name}: Error: thrown`, `a trigger: ${name}: Error: rejected`);
        reactor.addSystemEventTrigger(phase, event, () => {
          throw new Error('thrown');
        });
        reactor.addSystemEventTrigger(phase, event, () => Promise.reject(new Error('rejected')));
        reactor.addSystemEventTrigger(phase, event, () => ran.push(name));
      }
    }
    const running = reactor.run();
    reactor.stop();
    await running;
    await scripted.backend.settled();
    expectSame(ran.length, 6, 'how many triggers ran behind those that fail');
    expectSame(scripted.takeReports().sort(), failed.sort(), 'the reports');
  });

  suite.addRehearsed('R23 a trigger that was removed does not run', async ({ reactor }) => {
    const ran: string[] = [];
    const triggers = ['a', 'b', 'c'].map((name) =>
      reactor.addSystemEventTrigger('before', 'startup', () => ran.push(name)),
    );
    const [, second] = triggers;
    expect(second !== undefined, 'addSystemEventTrigger returned undefined');
    reactor.removeSystemEventTrigger(second);
    errorBy(() => reactor.removeSystemEventTrigger(second));
    const running = reactor.run();
    reactor.stop();
    await running;
    expectSame(ran, ['a', 'c'], 'what ran');
  });

  for (const event of ['startup', 'shutdown'] as const) {
    for (const phase of PHASES) {
      suite.addRehearsed(
        `R23 a trigger that another one takes back before its turn, ${phase} ${event}, does not run`,
        async ({ reactor }) => {
          const ran: string[] = [];
          const takeBack = (): void => {
            ran.push('first');
            reactor.removeSystemEventTrigger(second);
          };
          reactor.addSystemEventTrigger(phase, event, takeBack);
          const second = reactor.addSystemEventTrigger(phase, event, () => ran.push('second'));
          reactor.addSystemEventTrigger(phase, event, () => ran.push('third'));
          const running = reactor.run();
          reactor.stop();
          await running;
          expectSame(ran, ['first', 'third'], 'what ran');
        },
      );
    }
  }

  suite.addRehearsed('R23 a trigger that cannot be is refused at the call', async ({ reactor }) => {
    const call: () => void = () => {};
    for (const args of [
      ['befor', 'shutdown', call],
      ['before', 'shutdwon', call],
      ['before', 'shutdown', undefined],
      ['shutdown', 'before', call],
    ]) {
      const error = errorBy(() => Reflect.apply(reactor.addSystemEventTrigger, reactor, args));
      expect(error instanceof TypeError, `the error of ${args.join(' ')} is ${error}`);
    }
    const error = errorBy(() => Reflect.apply(reactor.callWhenRunning, reactor, []));
    expect(error instanceof TypeError, `the error of callWhenRunning is ${error}`);
  });

  suite.addRehearsed('R23 triggers of startup see a reactor whose timers work', async ({ reactor, backend }) => {
    const ran: number[] = [];
    reactor.addSystemEventTrigger('before', 'startup', () => {
      reactor.callLater(3, () => ran.push(backend.time));
    });
    const running = reactor.run();
    await backend.advance(3);
    expectSame(ran, [1003], 'when the call ran');
    reactor.stop();
    await running;
  });
}

function addWaits(suite: AllSuites): void {
  for (const event of ['startup', 'shutdown'] as const) {
    for (const phase of PHASES) {
      const waits = phase === 'before' && event === 'shutdown';
      const name = `R23 ${event} ${waits ? 'waits' : 'does not wait'} for a promise of a trigger ${phase} it`;
      suite.addRehearsed(name, async (scripted) => {
        const { reactor, backend } = scripted;
        let finish = (): void => {};
        reactor.addSystemEventTrigger(
          phase,
          event,
          () =>
            new Promise<void>((resolve) => {
              finish = resolve;
            }),
        );
        const running = scripted.run();
        reactor.stop();
        await backend.advance(1000);
        expectSame(running.over, !waits, 'whether it is over');
        finish();
        await running.ended;
      });
    }
  }

  suite.addRehearsed('R23 shutdown waits for all the promises before it', async (scripted) => {
    const { reactor, backend } = scripted;
    for (const delay of [30, 10, 20]) {
      reactor.addSystemEventTrigger('before', 'shutdown', () => {
        return new Promise<void>((resolve) => {
          reactor.callLater(delay, resolve);
        });
      });
    }
    const running = scripted.run();
    reactor.stop();
    await backend.advance(29);
    expectSame(running.over, false, 'whether it is over after 29 ms');
    await backend.advance(1);
    expectSame(running.over, true, 'whether it is over after 30 ms');
  });

  suite.add('R23 before shutdown, connections still work', async (stage) => {
    const { client, server } = await stage.pair(echo, {});
    const echoed = new Promise<void>((resolve) => {
      stage.reactor.addSystemEventTrigger('before', 'shutdown', async () => {
        client.transport.write('epilogue');
        await client.when(() => client.received === 8);
        resolve();
      });
    });
    stage.reactor.stop();
    await echoed;
    await Promise.all([client.lost(), server.lost()]);
  });
}

function addSignals(suite: AllSuites): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    suite.addRehearsed(`R23 ${signal} stops the reactor`, async (scripted) => {
      const running = scripted.run();
      await scripted.backend.advance(1000);
      scripted.backend.raise(signal);
      await running.ended;
      expectSame(scripted.backend.catchers.size, 0, 'who catches signals afterwards');
    });
  }

  suite.addRehearsed('R23 a second signal stops at once what a trigger holds up', async (scripted) => {
    const { reactor, backend } = scripted;
    const ran: string[] = [];
    reactor.addSystemEventTrigger('before', 'shutdown', () => new Promise(() => {}));
    for (const phase of PHASES) reactor.addSystemEventTrigger(phase, 'shutdown', () => ran.push(phase));
    const running = scripted.run();
    backend.raise('SIGINT');
    await backend.advance(1e6);
    expectSame([running.over, ran], [false, ['before']], 'whether it is over, and what ran');
    backend.raise('SIGTERM');
    await backend.settled();
    expectSame([running.over, ran], [true, ['before', 'during', 'after']], 'whether it is over, and what ran');
    expectSame([backend.catchers.size, backend.alarmed], [0, undefined], 'catchers and alarm');
  });

  suite.addRehearsed('R23 a signal after stop is the second one', async (scripted) => {
    const { reactor, backend } = scripted;
    reactor.addSystemEventTrigger('before', 'shutdown', () => new Promise(() => {}));
    const running = scripted.run();
    reactor.stop();
    await backend.advance(1000);
    expectSame(running.over, false, 'whether it is over');
    backend.raise('SIGTERM');
    await running.ended;
  });

  suite.addRehearsed('R23 more signals than two change nothing', async (scripted) => {
    const running = scripted.run();
    for (let verse = 0; verse < 5; verse += 1) scripted.backend.raise('SIGINT');
    await running.ended;
  });

  suite.addRehearsed('R23 signals are caught while it runs, unless it was told not to', async (scripted) => {
    const { reactor, backend } = scripted;
    const counts = [backend.catchers.size];
    for (const signals of [true, false]) {
      const running = reactor.run({ signals });
      counts.push(backend.catchers.size);
      reactor.stop();
      await running;
      counts.push(backend.catchers.size);
    }
    expectSame(counts, [0, 1, 0, 0, 0], 'how many caught signals');
  });
}
