import type { Result } from 'couplet';
import type { Part } from '../actor.ts';
import { expectReport, expectUnhurt, slip } from '../actor-error.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo, mute } from '../parts.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R8: each callback fails in each way, at each end. */
export function failureChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  for (const failure of failures) {
    for (const [way, fail] of ways) {
      for (const side of ['server', 'client'] as const) {
        suite.add(`R8 ${failure.where} of a ${side} that ${way} ends that connection alone`, (stage) =>
          playFailure(stage, failure, fail, side),
        );
      }
    }
  }
  return suite.checks;
}

/** Fails in a callback; the stage is for those who fail later. */
type Fail = (stage: Stage) => Result;

const ways: readonly [name: string, fail: Fail][] = [
  [
    'throws',
    () => {
      throw slip;
    },
  ],
  ['rejects', () => Promise.reject(slip)],
  ['rejects later', (stage) => stage.pass(5).then(() => Promise.reject(slip))],
];

/** A callback that fails, and how it comes to be called. */
interface Failure {
  readonly where: string;
  /** What the failing actor plays. */
  part(fail: () => Result): Part;
  /** What its peer plays. */
  readonly peer: Part;
  /** Why the connection ends, where it does not end by the failure itself. */
  readonly reason?: string;
}

const silent: Part = { eof: ({ transport }) => transport.loseConnection() };

const failures: readonly Failure[] = [
  { where: 'connectionMade', part: (fail) => ({ made: fail }), peer: silent },
  {
    where: 'dataReceived',
    part: (fail) => ({ data: fail }),
    peer: cue,
  },
  {
    where: 'readConnectionLost',
    part: (fail) => ({ eof: fail }),
    peer: mute,
  },
  {
    where: 'writeConnectionLost',
    part: (fail) => ({ made: ({ transport }) => transport.loseWriteConnection(), shut: fail }),
    peer: { eof: () => {} },
  },
  {
    where: 'readingResumed',
    part: (fail) => ({
      made: ({ transport }) => {
        transport.pauseProducing();
        transport.resumeProducing();
      },
      resumed: fail,
    }),
    peer: silent,
  },
  {
    where: 'connectionLost',
    part: (fail) => ({ made: ({ transport }) => transport.loseConnection(), lost: fail }),
    peer: silent,
    reason: 'ConnectionDone',
  },
  {
    where: 'resumeProducing',
    part: (fail) => ({
      made: (actor) => actor.transport.registerProducer(new Source(actor, { resume: fail }), false),
    }),
    peer: silent,
  },
  {
    where: 'pauseProducing',
    part: (fail) => ({
      made: (actor) => {
        actor.transport.registerProducer(new Source(actor, { pause: fail }), true);
        actor.transport.write(Buffer.alloc(100_000));
      },
    }),
    peer: silent,
  },
  {
    where: 'stopProducing',
    part: (fail) => ({
      made: (actor) => {
        actor.transport.registerProducer(new Source(actor, { stop: fail }), true);
        actor.transport.abortConnection();
      },
    }),
    peer: silent,
    reason: 'ConnectionAborted',
  },
];

async function playFailure(stage: Stage, failure: Failure, fail: Fail, side: 'server' | 'client'): Promise<void> {
  const bystanders = await stage.pair(echo, {});
  const part = failure.part(() => fail(stage));
  const pair = side === 'server' ? await stage.call(part, failure.peer) : await stage.call(failure.peer, part);
  const actor = pair[side];
  const reason = await actor.lost();
  if (failure.reason === undefined) expect(reason === slip, `the reason is ${String(reason)}`);
  else expectSame(reason.name, failure.reason, 'the reason');
  await expectReport(stage, failure.where, /^Actor at 127\.0\.0\.1:\d+$/);
  await expectUnhurt(bystanders);
}
