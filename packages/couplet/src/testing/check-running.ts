import { ReactorAlreadyRunning, ReactorNotRunning } from '../protocol/errors.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import type { Rehearsal } from './rehearsal.ts';
import { errorBy, rejectionOf } from './rejection.ts';
import { Repertoire } from './repertoire.ts';
import type { Venue } from './stage.ts';
import { Troupe } from './stage.ts';

/** R23: running and stopping a reactor, triggers and signals. */
export function runningChecks(venue: Venue): Check[] {
  const programme = new Repertoire(venue);
  addRuns(programme);
  addCalls(programme);
  addTriggers(programme);
  addWaits(programme);
  addSignals(programme);
  return programme.checks;
}

function addRuns(programme: Repertoire): void {
  programme.addRehearsed('R23 running is true from run until all has ended', async ({ reactor }) => {
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

  programme.addRehearsed('R23 run goes on with nothing open, and keeps the process alive', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
    const running = watch(rehearsal);
    await backend.advance(1e9);
    expectSame([running.over, backend.alarmed], [false, Number.POSITIVE_INFINITY], 'whether it is over, and the alarm');
    reactor.callLater(5, () => {});
    await backend.advance(5);
    expectSame([running.over, backend.alarmed], [false, Number.POSITIVE_INFINITY], 'the same after a call');
    reactor.stop();
    await running.ended;
    expectSame(backend.alarmed, undefined, 'the alarm when it has ended');
  });

  programme.addRehearsed('R23 run rejects with ReactorAlreadyRunning while it runs', async ({ reactor, backend }) => {
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

  programme.addRehearsed('R23 stop throws ReactorNotRunning unless it runs', async ({ reactor }) => {
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

  programme.addRehearsed('R23 stop does nothing while it stops', async ({ reactor }) => {
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

  programme.addRehearsed('R23 a reactor may run again', async ({ reactor, backend }) => {
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

  programme.addWatched('R23 a reactor that runs again serves again', async (stage) => {
    const { reactor } = stage;
    reactor.stop();
    await new Promise<void>((resolve) => {
      reactor.addSystemEventTrigger('after', 'shutdown', () => resolve());
    });
    while (reactor.running) await Promise.resolve();
    const running = reactor.run({ signals: false });
    const troupe = new Troupe({ made: ({ transport }) => void transport.write('verse') });
    const client = await stage.join(await stage.listen(troupe));
    await client.when(() => client.received === 5);
    reactor.stop();
    await running;
  });

  for (const where of ['before', 'during', 'after'] as const) {
    programme.addRehearsed(`R23 stop works ${where} startup`, async ({ reactor }) => {
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

function addCalls(programme: Repertoire): void {
  programme.addRehearsed('R23 callWhenRunning waits until the reactor runs, in order', async ({ reactor, backend }) => {
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

  programme.addRehearsed('R23 callWhenRunning calls at once when the reactor runs', async ({ reactor }) => {
    const running = reactor.run();
    const ran: unknown[] = [];
    reactor.callWhenRunning((word: string) => ran.push(word), 'rhyme');
    expectSame(ran, ['rhyme'], 'what ran');
    reactor.stop();
    await running;
  });

  programme.addRehearsed('R23 callWhenRunning calls once, however often the reactor runs', async ({ reactor }) => {
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

  programme.addRehearsed('R23 what callWhenRunning calls may throw', async (rehearsal) => {
    const { reactor } = rehearsal;
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
    await rehearsal.backend.settled();
    expectSame(ran, ['next'], 'what ran');
    const errors = rehearsal.reports.splice(0).map(({ error }) => String(error));
    expectSame(errors, ['Error: early', 'Error: late', 'Error: later'], 'the reports');
    reactor.stop();
    await running;
  });
}

const PHASES = ['before', 'during', 'after'] as const;

function addTriggers(programme: Repertoire): void {
  programme.addRehearsed(
    'R23 triggers run by phase, then in the order in which they were added',
    async ({ reactor }) => {
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
    },
  );

  programme.addRehearsed('R23 a trigger that fails is reported, and the others run', async (rehearsal) => {
    const { reactor } = rehearsal;
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
    await rehearsal.backend.settled();
    expectSame(ran.length, 6, 'how many triggers ran behind those that fail');
    expectSame(rehearsal.takeReports().sort(), failed.sort(), 'the reports');
  });

  programme.addRehearsed('R23 a trigger that was removed does not run', async ({ reactor }) => {
    const ran: string[] = [];
    const triggers = ['a', 'b', 'c'].map((name) =>
      reactor.addSystemEventTrigger('before', 'startup', () => ran.push(name)),
    );
    const [, second] = triggers;
    expect(second !== undefined, 'there is no trigger');
    reactor.removeSystemEventTrigger(second);
    errorBy(() => reactor.removeSystemEventTrigger(second));
    const running = reactor.run();
    reactor.stop();
    await running;
    expectSame(ran, ['a', 'c'], 'what ran');
  });

  programme.addRehearsed('R23 triggers of startup see a reactor whose timers work', async ({ reactor, backend }) => {
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

/** What `run` is doing. */
interface Running {
  over: boolean;
  readonly ended: Promise<void>;
}

function watch({ reactor }: Rehearsal): Running {
  const ended = reactor.run();
  const running: Running = { over: false, ended };
  void ended.then(() => {
    running.over = true;
  });
  return running;
}

function addWaits(programme: Repertoire): void {
  for (const event of ['startup', 'shutdown'] as const) {
    for (const phase of PHASES) {
      const waits = phase === 'before' && event === 'shutdown';
      const name = `R23 ${event} ${waits ? 'waits' : 'does not wait'} for a promise of a trigger ${phase} it`;
      programme.addRehearsed(name, async (rehearsal) => {
        const { reactor, backend } = rehearsal;
        let finish = (): void => {};
        reactor.addSystemEventTrigger(
          phase,
          event,
          () =>
            new Promise<void>((resolve) => {
              finish = resolve;
            }),
        );
        const running = watch(rehearsal);
        reactor.stop();
        await backend.advance(1000);
        expectSame(running.over, !waits, 'whether it is over');
        finish();
        await running.ended;
      });
    }
  }

  programme.addRehearsed('R23 shutdown waits for all the promises before it', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
    for (const delay of [30, 10, 20]) {
      reactor.addSystemEventTrigger('before', 'shutdown', () => {
        return new Promise<void>((resolve) => {
          reactor.callLater(delay, resolve);
        });
      });
    }
    const running = watch(rehearsal);
    reactor.stop();
    await backend.advance(29);
    expectSame(running.over, false, 'whether it is over after 29 ms');
    await backend.advance(1);
    expectSame(running.over, true, 'whether it is over after 30 ms');
  });

  programme.add('R23 before shutdown, connections still work', async (stage) => {
    const { client, server } = await stage.pair({ data: ({ transport }, chunk) => void transport.write(chunk) }, {});
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

function addSignals(programme: Repertoire): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    programme.addRehearsed(`R23 ${signal} stops the reactor`, async (rehearsal) => {
      const running = watch(rehearsal);
      await rehearsal.backend.advance(1000);
      rehearsal.backend.raise(signal);
      await running.ended;
      expectSame(rehearsal.backend.catchers.size, 0, 'who catches signals afterwards');
    });
  }

  programme.addRehearsed('R23 a second signal stops at once what a trigger holds up', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
    const ran: string[] = [];
    reactor.addSystemEventTrigger('before', 'shutdown', () => new Promise(() => {}));
    for (const phase of PHASES) reactor.addSystemEventTrigger(phase, 'shutdown', () => ran.push(phase));
    const running = watch(rehearsal);
    backend.raise('SIGINT');
    await backend.advance(1e6);
    expectSame([running.over, ran], [false, ['before']], 'whether it is over, and what ran');
    backend.raise('SIGTERM');
    await backend.settled();
    expectSame([running.over, ran], [true, ['before', 'during', 'after']], 'whether it is over, and what ran');
    expectSame([backend.catchers.size, backend.alarmed], [0, undefined], 'catchers and alarm');
  });

  programme.addRehearsed('R23 a signal after stop is the second one', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
    reactor.addSystemEventTrigger('before', 'shutdown', () => new Promise(() => {}));
    const running = watch(rehearsal);
    reactor.stop();
    await backend.advance(1000);
    expectSame(running.over, false, 'whether it is over');
    backend.raise('SIGTERM');
    await running.ended;
  });

  programme.addRehearsed('R23 more signals than two change nothing', async (rehearsal) => {
    const running = watch(rehearsal);
    for (let verse = 0; verse < 5; verse += 1) rehearsal.backend.raise('SIGINT');
    await running.ended;
  });

  programme.addRehearsed('R23 signals are caught while it runs, unless it was told not to', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
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
