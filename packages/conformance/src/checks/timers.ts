import type { DelayedCall } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { errorBy } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R24: delayed calls, on a clock that the check moves. */
export function timerChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addOrder(suite);
  addTurns(suite);
  addCancel(suite);
  addMoves(suite);
  addMisuse(suite);
  addFaults(suite);
  addWallClock(suite);
  return suite.checks;
}

const DAY = 86_400_000;

function addOrder(suite: AllSuites): void {
  suite.addRehearsed('R24 calls run in order of time, then of creation', async ({ reactor, backend }) => {
    const ran: string[] = [];
    for (const [delay, name] of [
      [20, 'c'],
      [10, 'a'],
      [30, 'e'],
      [10, 'b'],
      [20, 'd'],
    ] as const) {
      reactor.callLater(delay, () => ran.push(`${name} ${backend.time - 1000}`));
    }
    await backend.advance(100);
    expectSame(ran, ['a 10', 'b 10', 'c 20', 'd 20', 'e 30'], 'what ran, and when');
  });

  suite.addRehearsed('R24 calls that are due together run in order of time', async ({ reactor, backend }) => {
    const ran: number[] = [];
    for (const delay of [5, 1, 4, 2, 3, 1]) reactor.callLater(delay, () => ran.push(delay));
    // The event loop was busy: the alarm rings late.
    backend.time += 100;
    await backend.advance(0);
    expectSame(ran, [1, 1, 2, 3, 4, 5], 'the order');
  });

  suite.addRehearsed('R24 a call is never early', async ({ reactor, backend }) => {
    let ran = 0;
    reactor.callLater(10, () => {
      ran += 1;
    });
    await backend.advance(9.999);
    expectSame(ran, 0, 'how often it ran after 9.999 ms');
    await backend.advance(0.001);
    expectSame(ran, 1, 'how often it ran after 10 ms');
    await backend.advance(DAY);
    expectSame(ran, 1, 'how often it ran after a day');
  });

  suite.addRehearsed('R24 a call gets its arguments', async ({ reactor, backend }) => {
    const got: unknown[] = [];
    reactor.callLater(1, (...args: unknown[]) => got.push(args), 'iamb', 5, undefined);
    await backend.advance(1);
    expectSame(got, [['iamb', 5, undefined]], 'the arguments');
  });

  for (const delay of [2 ** 31 - 1, 2 ** 31, 2 ** 40, 2 ** 50]) {
    suite.addRehearsed(`R24 a delay of ${delay} ms lasts as long`, async ({ reactor, backend }) => {
      let ran = 0;
      const call = reactor.callLater(delay, () => {
        ran += 1;
      });
      const due = call.getTime();
      backend.time = due - 2;
      await backend.advance(1);
      expectSame([ran, call.active], [0, true], 'whether it ran before');
      await backend.advance(10);
      expectSame([ran, call.active], [1, false], 'whether it ran then');
    });
  }
}

function addTurns(suite: AllSuites): void {
  suite.addRehearsed('R24 callLater(0) inside a call runs in the next turn', async ({ reactor, backend }) => {
    const ran: string[] = [];
    reactor.callLater(0, () => {
      ran.push('first');
      reactor.callLater(0, () => ran.push('next'));
      backend.clock.yield(() => ran.push('turn'));
    });
    reactor.callLater(0, () => ran.push('second'));
    await backend.advance(0);
    expectSame(ran, ['first', 'second', 'turn', 'next'], 'the order');
  });

  suite.add('R24 callLater(0) runs later, not inside the call', async (stage) => {
    let inside = true;
    const seen = new Promise<boolean>((resolve) => {
      stage.reactor.callLater(0, () => resolve(inside));
    });
    inside = false;
    expectSame(await seen, false, 'whether it ran inside the call');
  });

  // Where time stands still between two turns, as on a simulated network, their number ends it.
  suite.add('R24 calls that always make another one leave the network its turns', async (stage) => {
    const { reactor } = stage;
    const began = reactor.now();
    let [turns, echoed, starved] = [0, false, false];
    const turn = (): void => {
      turns += 1;
      starved = reactor.now() - began > 5000;
      if (turns < 100_000 && !echoed && !starved) reactor.callLater(0, turn);
    };
    turn();
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('verse') });
    await client.when(() => client.received === 5);
    echoed = true;
    expectSame(starved, false, 'whether 5 s passed before');
  });
}

function addCancel(suite: AllSuites): void {
  suite.addRehearsed('R24 a cancelled call does not run', async ({ reactor, backend }) => {
    const ran: string[] = [];
    const [one, other] = ['one', 'other'].map((name) => reactor.callLater(10, () => ran.push(name)));
    expectSame([one?.active, other?.active], [true, true], 'whether they are active');
    one?.cancel();
    one?.cancel();
    expectSame([one?.active, other?.active], [false, true], 'whether they are active, one cancelled');
    await backend.advance(10);
    expectSame(ran, ['other'], 'what ran');
    other?.cancel();
    expectSame(other?.active, false, 'whether the other one is active');
  });

  suite.addRehearsed('R24 a call may cancel one that is due with it', async ({ reactor, backend }) => {
    const ran: string[] = [];
    const calls: DelayedCall[] = [];
    calls.push(
      reactor.callLater(10, () => {
        ran.push('first');
        calls[1]?.cancel();
      }),
      reactor.callLater(10, () => ran.push('second')),
      reactor.callLater(10, () => ran.push('third')),
    );
    await backend.advance(10);
    expectSame(ran, ['first', 'third'], 'what ran');
  });

  suite.addRehearsed('R24 inside itself a call is no longer active', async ({ reactor, backend }) => {
    const seen: unknown[] = [];
    const call = reactor.callLater(10, () => {
      seen.push(call.active, errorBy(() => call.reset(1)).name);
      call.cancel();
    });
    await backend.advance(100);
    expectSame(seen, [false, 'Error'], 'what it saw');
  });

  suite.addRehearsed('R24 without calls the alarm is off', async ({ reactor, backend }) => {
    const calls = [30, 10, 20].map((delay) => reactor.callLater(delay, () => {}));
    expectSame(backend.alarmed, 1010, 'the alarm');
    for (const call of calls) call.cancel();
    expectSame(backend.alarmed, undefined, 'the alarm when all are cancelled');
    reactor.callLater(5, () => {});
    await backend.advance(5);
    expectSame(backend.alarmed, undefined, 'the alarm when the last one has run');
  });
}

function addMoves(suite: AllSuites): void {
  const moves: readonly [name: string, move: (call: DelayedCall) => void, at: number][] = [
    ['reset to later', (call) => call.reset(50), 1050],
    ['reset to sooner', (call) => call.reset(2), 1002],
    ['reset to now', (call) => call.reset(0), 1000],
    ['delayed', (call) => call.delay(7), 1017],
    ['brought forward', (call) => call.delay(-4), 1006],
    [
      'delayed twice and reset',
      (call) => {
        call.delay(100);
        call.delay(100);
        call.reset(3);
      },
      1003,
    ],
    [
      'reset to sooner and delayed',
      (call) => {
        call.reset(1);
        call.delay(20);
      },
      1021,
    ],
  ];
  for (const [name, move, at] of moves) {
    suite.addRehearsed(`R24 a call that is ${name} runs at its new time`, async ({ reactor, backend }) => {
      const ran: number[] = [];
      const call = reactor.callLater(10, () => ran.push(backend.time));
      move(call);
      expectSame([call.getTime(), call.active], [at, true], 'its time, and whether it is active');
      await backend.advance(1000);
      expectSame(ran, [at], 'when it ran');
    });
  }

  suite.addRehearsed('R24 a call that is moved takes its place in the order', async ({ reactor, backend }) => {
    const ran: string[] = [];
    const call = (name: string): DelayedCall => reactor.callLater(10, () => ran.push(name));
    const [first, second, third] = [call('first'), call('second'), call('third')];
    first.delay(5);
    third.delay(-5);
    second.delay(5);
    await backend.advance(100);
    expectSame(ran, ['third', 'first', 'second'], 'the order');
  });

  suite.addRehearsed('R24 a deadline may move again and again', async ({ reactor, backend }) => {
    const ran: number[] = [];
    const call = reactor.callLater(10, () => ran.push(backend.time));
    for (let verse = 0; verse < 1000; verse += 1) {
      await backend.advance(9);
      call.reset(10);
    }
    expectSame(ran, [], 'what ran meanwhile');
    await backend.advance(10);
    expectSame(ran, [10_010], 'when it ran');
  });

  suite.addRehearsed('R24 a call in the past runs at once', async ({ reactor, backend }) => {
    const ran: number[] = [];
    reactor.callLater(10, () => ran.push(backend.time)).delay(-1_000_000);
    await backend.advance(0);
    expectSame(ran, [1000], 'when it ran');
  });
}

function addMisuse(suite: AllSuites): void {
  for (const delay of [-1, -0.001, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    suite.addRehearsed(`R24 a delay of ${delay} is a RangeError`, async ({ reactor, backend }) => {
      const call = reactor.callLater(10, () => {});
      const errors = [errorBy(() => reactor.callLater(delay, () => {})), errorBy(() => call.reset(delay))];
      expect(
        errors.every((error) => error instanceof RangeError && error.message.includes(`${delay}`)),
        `they throw ${errors}`,
      );
      expectSame([call.getTime(), backend.alarmed], [1010, 1010], 'the time of the call, and the alarm');
    });
  }

  for (const delay of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    suite.addRehearsed(`R24 to delay by ${delay} is a RangeError`, async ({ reactor }) => {
      const call = reactor.callLater(10, () => {});
      const error = errorBy(() => call.delay(delay));
      expect(error instanceof RangeError, `it throws ${error}`);
      expectSame(call.getTime(), 1010, 'the time of the call');
    });
  }

  suite.addRehearsed('R24 a call that has run or was cancelled cannot be moved', async ({ reactor, backend }) => {
    const [run, cancelled] = [reactor.callLater(1, () => {}), reactor.callLater(1, () => {})];
    cancelled.cancel();
    await backend.advance(1);
    for (const call of [run, cancelled]) {
      const errors = [errorBy(() => call.reset(1)), errorBy(() => call.delay(1))];
      expect(!errors.some((error) => error instanceof RangeError), `they throw ${errors}`);
      expectSame([call.active, call.getTime()], [false, 1001], 'whether it is active, and its time');
    }
    expectSame(backend.alarmed, undefined, 'the alarm');
  });
}

function addFaults(suite: AllSuites): void {
  suite.addRehearsed('R24 a call that throws is reported, and the others run', async (scripted) => {
    const { reactor, backend } = scripted;
    const ran: string[] = [];
    reactor.callLater(1, () => ran.push('before'));
    reactor.callLater(1, function recite() {
      throw new Error('no rhyme');
    });
    reactor.callLater(1, () => ran.push('after'));
    reactor.callLater(2, () => ran.push('later'));
    await backend.advance(2);
    expectSame(ran, ['before', 'after', 'later'], 'what ran');
    expectSame(scripted.takeReports(), ['a delayed call: recite: Error: no rhyme'], 'the reports');
  });

  suite.addRehearsed('R24 a call whose promise rejects is reported', async (scripted) => {
    scripted.reactor.callLater(1, async () => {
      throw new Error('no rhyme');
    });
    await scripted.backend.advance(1);
    const reports = scripted.takeReports();
    expectSame(reports, ['a delayed call: an anonymous function: Error: no rhyme'], 'the reports');
  });

  suite.addRehearsed('R24 whatever a call throws, the timers go on', async (scripted) => {
    const { reactor, backend } = scripted;
    const ran: string[] = [];
    const odd: readonly unknown[] = ['a string', undefined, null, 42, Object.create(null), Symbol('rhyme')];
    for (const thrown of odd) {
      reactor.callLater(1, () => {
        throw thrown;
      });
    }
    reactor.callLater(1, () => ran.push('after'));
    await backend.advance(1);
    reactor.callLater(1, () => ran.push('later'));
    await backend.advance(1);
    expectSame(ran, ['after', 'later'], 'what ran');
    expect(
      scripted.reports.splice(0).every(({ error }, at) => error === odd[at]),
      'the reports are others',
    );
  });
}

function addWallClock(suite: AllSuites): void {
  for (const jump of [DAY, -DAY]) {
    suite.addRehearsed(`R24 a jump of the wall clock by ${jump} ms moves no call`, async ({ reactor, backend }) => {
      const ran: number[] = [];
      const call = reactor.callLater(10, () => ran.push(backend.time));
      backend.wall += jump;
      expectSame(call.getTime(), 1010, 'its time');
      await backend.advance(9);
      expectSame(ran, [], 'what ran');
      backend.wall += jump;
      await backend.advance(1);
      expectSame(ran, [1010], 'when it ran');
    });
  }
}
