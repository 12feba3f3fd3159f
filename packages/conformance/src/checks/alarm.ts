import type { DelayedCall } from 'couplet';
import type { Backend } from 'couplet/testing';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';

/** R24: the backend's one timer, and the calls that wait for it, in the time of the backend. */
export function alarmChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addAlarms(suite);
  addCalls(suite);
  return suite.checks;
}

/** Sets the alarm, and resolves with the time when it has rung. */
function ringing(backend: Backend, at: number): Promise<number> {
  return new Promise((resolve) => {
    backend.clock.alarm(at, () => resolve(backend.clock.now()));
  });
}

/** Lets the event loop turn for at least 20 ms, or 20,000 times where time stands still meanwhile. */
async function turns(backend: Backend): Promise<void> {
  const began = backend.clock.now();
  for (let turn = 0; turn < 20_000 && backend.clock.now() - began < 20; turn += 1) {
    await new Promise<void>((resolve) => backend.clock.yield(resolve));
  }
}

function addAlarms(suite: AllSuites): void {
  suite.addBare('R24 the clock never goes back', async (backend) => {
    let last = backend.clock.now();
    for (let look = 0; look < 10_000; look += 1) {
      const now = backend.clock.now();
      expect(now >= last, `after ${last} it is ${now}`);
      last = now;
    }
  });

  suite.addBare('R24 the alarm never rings early', async (backend) => {
    for (let delay = 0; delay < 12; delay += 0.31) {
      const at = backend.clock.now() + delay;
      const rang = await ringing(backend, at);
      expect(rang >= at, `the alarm for ${at} rang at ${rang}`);
    }
  });

  suite.addBare('R24 an alarm in the past rings', async (backend) => {
    await ringing(backend, backend.clock.now() - 1000);
  });

  suite.addBare('R24 the alarm rings once', async (backend) => {
    let rang = 0;
    backend.clock.alarm(backend.clock.now() + 1, () => {
      rang += 1;
    });
    await turns(backend);
    await ringing(backend, backend.clock.now() + 10);
    expect(rang <= 1, `it rang ${rang} times`);
  });

  suite.addBare('R24 the alarm never rings inside the call that sets it', async (backend) => {
    let inside = true;
    const rang = new Promise<boolean>((resolve) => {
      backend.clock.alarm(backend.clock.now(), () => resolve(inside));
    });
    inside = false;
    expectSame(await rang, false, 'whether it rang inside the call');
  });

  for (const [name, first, second] of [
    ['a sooner one', 60_000, 5],
    ['a later one', 1, 20],
    ['one after none', Number.POSITIVE_INFINITY, 5],
  ] as const) {
    suite.addBare(`R24 an alarm is replaced by ${name}`, async (backend) => {
      const now = backend.clock.now();
      let replaced = 0;
      backend.clock.alarm(now + first, () => {
        replaced += 1;
      });
      const rang = await ringing(backend, now + second);
      expect(rang >= now + second, `it rang after ${rang - now} ms`);
      expectSame(replaced, 0, 'how often the first one rang');
    });
  }

  for (const delay of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
    suite.addBare(`R24 an alarm in ${delay} ms does not ring at once`, async (backend) => {
      let rang = 0;
      backend.clock.alarm(backend.clock.now() + delay, () => {
        rang += 1;
      });
      await turns(backend);
      expectSame(rang, 0, 'how often it rang');
      await ringing(backend, backend.clock.now() + 2);
    });
  }

  suite.addBare('R24 an alarm that is switched off does not ring', async (backend) => {
    let rang = 0;
    const ring = (): void => {
      rang += 1;
    };
    backend.clock.alarm(backend.clock.now() + 1, ring);
    backend.clock.alarm(undefined, ring);
    await turns(backend);
    expectSame(rang, 0, 'how often it rang');
    await ringing(backend, backend.clock.now() + 5);
  });

  suite.addBare('R24 the alarm may be set again while it rings', async (backend) => {
    const rang = await new Promise<number>((resolve) => {
      backend.clock.alarm(backend.clock.now() + 1, () => void ringing(backend, backend.clock.now() + 5).then(resolve));
    });
    expect(rang > 0, `it rang at ${rang}`);
  });
}

function addCalls(suite: AllSuites): void {
  suite.add('R24 no call is early', async (stage) => {
    const { reactor } = stage;
    const early: number[] = [];
    await Promise.all(
      Array.from({ length: 300 }, () => {
        const due = reactor.random() * 60;
        return new Promise<void>((resolve) => {
          const call = reactor.callLater(due, () => {
            const now = reactor.now();
            if (now < call.getTime()) early.push(call.getTime() - now);
            resolve();
          });
        });
      }),
    );
    expectSame(early, [], 'by how many milliseconds calls were early');
  });

  suite.add('R24 10,000 calls in random order run in order', async (stage) => {
    const { ran, calls } = await runMany(stage, () => {});
    expectSame(ran.length, calls.length, 'how many ran');
  });

  suite.add('R24 of 10,000 calls those run that were not cancelled, in order', async (stage) => {
    const { ran, calls } = await runMany(stage, (call, at) => {
      if (at % 3 !== 0) call.cancel();
    });
    expectSame(ran.length, Math.ceil(calls.length / 3), 'how many ran');
  });

  suite.add('R24 10,000 calls that were moved run in order', async (stage) => {
    const { ran, calls } = await runMany(stage, (call, at) => {
      if (at % 2 === 0) call.reset(Math.floor(stage.reactor.random() * 40));
      else call.delay(Math.floor(stage.reactor.random() * 40) - 20);
    });
    expectSame(ran.length, calls.length, 'how many ran');
  });

  suite.add('R24 a call in 25 days does not run at once', async (stage) => {
    let ran = 0;
    const call = stage.reactor.callLater(2 ** 31 + 10, () => {
      ran += 1;
    });
    await stage.pass(20);
    expectSame([ran, call.active], [0, true], 'how often it ran, and whether it is active');
  });
}

interface Many {
  readonly calls: readonly DelayedCall[];
  /** The calls that ran, in order. */
  readonly ran: readonly number[];
}

/** Makes 10,000 calls, does something to each, waits until all have run, and expects that they did so in order. */
async function runMany({ reactor }: Stage, treat: (call: DelayedCall, at: number) => void): Promise<Many> {
  const ran: number[] = [];
  // Whole milliseconds: so that many are due at the same time, and the order of creation counts.
  const calls = Array.from({ length: 10_000 }, (_, at) =>
    reactor.callLater(Math.floor(reactor.random() * 60), () => ran.push(at)),
  );
  calls.forEach(treat);
  const last = Math.max(...calls.map((call) => call.getTime()));
  await new Promise<void>((resolve) => {
    reactor.callLater(Math.max(0, last - reactor.now()) + 1, resolve);
  });
  const times = calls.map((call) => call.getTime());
  for (const [place, at] of ran.entries()) {
    const before = ran[place - 1] ?? at;
    const [earlier = 0, later = 0] = [times[before], times[at]];
    const ordered = earlier < later || (earlier === later && before <= at);
    expect(ordered, `call ${before} for ${earlier} ran before call ${at} for ${later}`);
  }
  return { calls, ran };
}
