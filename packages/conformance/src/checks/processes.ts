import type { ProcessView } from 'couplet';
import { ProcessDone, ProcessTerminated, ReactorStopped, SpawnError } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { ProcessActor } from '../process-actor.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R56: child processes. */
export function processChecks(underTest: BackendUnderTest): Check[] {
  if (underTest.command === undefined) return [];
  const suite = new AllSuites(underTest);
  addEnds(suite);
  addPauses(suite);
  addPipes(suite);
  addStops(suite);
  return suite.checks;
}

const FLOOD = 4_000_000;

function expectTerminated(reason: Error | undefined, exitCode: number | undefined, signal: string | undefined): void {
  expect(reason instanceof ProcessTerminated, `the reason is ${String(reason)}, not a ProcessTerminated`);
  expectSame([reason.exitCode, reason.signal], [exitCode, signal], 'how it ended');
}

/** All ends came, in an order that is allowed. */
function expectEnds({ log }: ProcessActor): void {
  expectSame(log[0], 'made', 'the first callback');
  expectSame(log.at(-1), 'ended', 'the last callback');
  for (const end of ['in lost', 'out lost', 'err lost', 'exited']) expect(log.includes(end), `${end} is not in ${log}`);
}

function addEnds(suite: AllSuites): void {
  suite.add('R56 what is written to a child comes back, and its end is told last', async (stage) => {
    const actor = stage.spawn('echo', {
      made: ({ transport }) => {
        transport.write('made');
        transport.closeStdin();
      },
    });
    expectSame(actor.log, [], 'what was told inside spawnProcess');
    expectSame(actor.transport.write('early '), false, 'a write before the child runs');
    expect((await actor.ended()) instanceof ProcessDone, `the reason is ${actor.reason}`);
    expectSame(actor.output.toString(), 'early made', 'the output');
    expectEnds(actor);
    expectSame(actor.transport.write('late'), false, 'a write after the end');
    expectSame(await actor.transport.drained(), false, 'drained after the end');
    expectSame(actor.transport.signalProcess('SIGTERM'), false, 'a signal after the end');
    expect(actor.transport.pid !== undefined, 'its id is not known any more');
  });

  suite.add('R44 R56 a child is shown from its start until its protocol was told of the end', async (stage) => {
    const shown = (): ProcessView[] => [...stage.reactor.inspect().processes()];
    const before = stage.reactor.now();
    const actor = stage.spawn('echo', { made: ({ transport }) => void transport.write('made') });
    const [first, ...others] = shown();
    expectSame(
      [first?.state, first?.protocol, first?.pid, first?.bytesIn, first?.bytesOut, others.length],
      ['starting', 'ProcessActor', undefined, 0, 0, 0],
      'the view before it runs',
    );
    expect((first?.since ?? -1) >= before && first?.command !== '', `it is ${first?.command}, since ${first?.since}`);
    while (actor.output.length < 4) await stage.pass(1);
    while (shown()[0]?.bytesOut !== 4) await stage.pass(1);
    const [view] = shown();
    expectSame(
      [view?.id, view?.since, view?.command, view?.pid, view?.state, view?.bytesIn, view?.queued],
      [first?.id, first?.since, first?.command, actor.transport.pid, 'running', 4, 0],
      'the view while it runs',
    );
    expectSame([...stage.reactor.inspect().connections()], [], 'the connections: a child is none');
    actor.transport.closeStdin();
    await actor.ended();
    await stage.pass(1);
    expectSame(shown(), [], 'the view when it is over');
    expectSame([first?.state, view?.state], ['starting', 'running'], 'the views that were kept');
  });

  suite.add('R56 a child that fails tells its exit code', async (stage) => {
    const actor = stage.spawn('fail');
    expectTerminated(await actor.ended(), 3, undefined);
    expectSame(actor.exit, actor.reason, 'the reason of processExited');
    expectEnds(actor);
  });

  suite.add('R56 a signal ends a child', async (stage) => {
    const actor = stage.spawn('idle');
    expectSame(actor.transport.signalProcess('SIGTERM'), true, 'a signal before the child runs');
    expectTerminated(await actor.ended(), undefined, 'SIGTERM');
    expectEnds(actor);
  });

  suite.add('R56 a child that cannot start brings SpawnError and nothing else', async (stage) => {
    const actor = new ProcessActor();
    const transport = stage.reactor.spawnProcess(actor, 'no-such-command', []);
    transport.write('x');
    const drained = transport.drained();
    const calls: string[] = [];
    const stopProducing = (): void => void calls.push('stop');
    transport.registerProducer({ resumeProducing: () => {}, stopProducing }, false);
    const reason = await actor.ended();
    expect(reason instanceof SpawnError, `the reason is ${reason}`);
    expect(reason.message.includes("'no-such-command'"), `the message is '${reason.message}'`);
    expectSame(actor.log, ['ended'], 'what was told');
    expectSame(await drained, false, 'drained');
    expectSame(calls, ['stop'], 'the calls of its producer');
    expectSame(transport.pid, undefined, 'its pid');
  });

  suite.add('R56 an error of a callback kills the child and is the reason', async (stage) => {
    const error = new Error('out of order');
    const actor = stage.spawn('stubborn', {
      out: () => {
        throw error;
      },
    });
    expectSame((await actor.ended()) === error, true, 'the reason is the error');
    expectTerminated(actor.exit, undefined, 'SIGKILL');
    expectEnds(actor);
    const [report] = stage.reports.splice(0);
    expectSame([report?.where, report?.error === error], ['outReceived', true], 'the report');
  });

  suite.add('R56 a rejection of a callback does the same', async (stage) => {
    const error = new Error('out of order');
    const actor = stage.spawn('stubborn', { out: () => Promise.reject(error) });
    expectSame((await actor.ended()) === error, true, 'the reason is the error');
    expectEnds(actor);
    expectSame(
      stage.reports.splice(0).map(({ where }) => where),
      ['outReceived'],
      'the reports',
    );
  });
}

function addPauses(suite: AllSuites): void {
  suite.add('R56 a child that floods loses nothing', async (stage) => {
    const actor = stage.spawn('flood');
    await actor.ended();
    expectSame([actor.output.length, actor.errorOutput.toString().trim()], [FLOOD, 'error'], 'what arrived');
  });

  suite.add('R56 a pending promise pauses output and error output', async (stage) => {
    let chunks = 0;
    const wait = (): Promise<void> | undefined => {
      chunks += 1;
      return chunks % 10 === 0 ? stage.reactor.sleep(1) : undefined;
    };
    const actor = stage.spawn('flood', {
      out: wait,
      err: () => stage.reactor.sleep(1),
      outLost: () => stage.reactor.sleep(20),
    });
    await actor.ended();
    expectSame([actor.output.length, actor.errorOutput.toString().trim()], [FLOOD, 'error'], 'what arrived');
    expectEnds(actor);
  });

  suite.add('R56 what a child has written waits while its protocol pauses, also when it has ended', async (stage) => {
    const actor = stage.spawn('echo', { made: ({ transport }) => transport.pauseProducing() }, { pipeTimeoutMs: 20 });
    const { transport } = actor;
    transport.write('poem');
    transport.closeStdin();
    await actor.when(() => actor.exit !== undefined);
    await stage.reactor.sleep(60);
    expectSame([actor.output.length, actor.reason], [0, undefined], 'what arrived in the pause');
    transport.resumeProducing();
    await actor.ended();
    expectSame(actor.output.toString(), 'poem', 'the output');
  });

  suite.add('R56 processExited is told while a promise is pending, and processEnded waits for it', async (stage) => {
    const pending = new Deferred();
    const actor = stage.spawn('fail', { made: () => pending.promise });
    await actor.when(() => actor.exit !== undefined);
    await stage.reactor.sleep(50);
    expectSame(actor.log.includes('ended'), false, 'whether processEnded was called');
    pending.keep();
    await actor.ended();
    expectEnds(actor);
  });

  suite.add('R56 a child that does not read pauses a streaming producer of its input', async (stage) => {
    const calls: string[] = [];
    const { transport } = stage.spawn('idle');
    const chunk = Buffer.alloc(20_000);
    let written = 0;
    const produce = (): void => {
      while (calls.at(-1) !== 'pause' && calls.at(-1) !== 'stop') {
        written += chunk.length;
        transport.write(chunk);
      }
    };
    transport.registerProducer(
      {
        pauseProducing: () => void calls.push('pause'),
        resumeProducing: () => {
          calls.push('resume');
          stage.reactor.callLater(0, produce);
        },
        stopProducing: () => void calls.push('stop'),
      },
      true,
    );
    await transport.drained();
    produce();
    for (let before = 0; before !== written; await stage.reactor.sleep(50)) before = written;
    expect(written < 4_000_000, `${written} bytes were written, though the child does not read`);
    transport.signalProcess('SIGKILL');
    await stage.reactor.sleep(50);
    const alternating = calls.every(
      (call, at) => at === calls.length - 1 || call === (at % 2 === 0 ? 'pause' : 'resume'),
    );
    expect(alternating && calls.at(-1) === 'stop', `the calls of the producer are ${calls}`);
  });

  suite.add('R56 more than maxWriteBufferBytes for a child that does not read kills it', async (stage) => {
    const actor = stage.spawn('idle', {}, { maxWriteBufferBytes: 100_000 });
    for (let count = 0; count < 100; count += 1) actor.transport.write(Buffer.alloc(100_000));
    const reason = await actor.ended();
    expect(reason.message.includes('maxWriteBufferBytes'), `the reason is ${reason}`);
    expectTerminated(actor.exit, undefined, 'SIGKILL');
  });
}

function addPipes(suite: AllSuites): void {
  suite.add('R56 a child that has closed its input goes on', async (stage) => {
    const actor = stage.spawn('deaf');
    await actor.when(() => actor.output.includes('closed'));
    // What is written before it is known may go out.
    while (!actor.log.includes('in lost')) {
      actor.transport.write('x');
      await stage.reactor.sleep(10);
    }
    expectSame(actor.exit, undefined, 'the end of the child when the loss of its input was told');
    expectSame(actor.transport.write('x'), false, 'a write after the loss');
    expect((await actor.ended()) instanceof ProcessDone, `the reason is ${actor.reason}`);
    expectSame(actor.output.toString().split('\n'), ['closed', 'done', ''], 'the lines of the output');
    expectEnds(actor);
  });

  suite.add('R56 a grandchild that keeps the output delays the end for pipeTimeoutMs', async (stage) => {
    const actor = stage.spawn('parent', {}, { pipeTimeoutMs: 150 });
    await actor.when(() => actor.exit !== undefined);
    const since = stage.reactor.now();
    expect((await actor.ended()) instanceof ProcessDone, `the reason is ${actor.reason}`);
    const took = stage.reactor.now() - since;
    expect(took >= 149 && took < 1500, `it took ${took} ms`);
    expectSame(actor.output.toString().trim(), 'left', 'the output');
    expectEnds(actor);
  });

  suite.addWatched(
    'R56 loseConnection closes the input after everything written, and hears nothing more',
    async (stage, backend) => {
      const actor = stage.spawn('echo', {
        out: ({ transport }) => {
          transport.write('more');
          transport.loseConnection();
        },
      });
      actor.transport.write('poem');
      await actor.ended();
      expectSame(actor.output.toString(), 'poem', 'the output');
      expectSame(backend.signals, [], 'the signals');
      expectEnds(actor);
    },
  );
}

function addStops(suite: AllSuites): void {
  suite.addWatched('R56 the end of the reactor ends its children with SIGTERM', async (stage, backend) => {
    const [idle, early] = [stage.spawn('idle'), stage.spawn('idle')];
    await idle.when(() => idle.log.length > 0);
    stage.reactor.stop();
    expectTerminated(await idle.ended(), undefined, 'SIGTERM');
    await early.ended();
    expectSame(backend.signals, ['SIGTERM', 'SIGTERM'], 'the signals');
    expectEnds(idle);
  });

  suite.add('R56 a child that starts while the reactor ends is ended, too', async (stage) => {
    const actor = stage.spawn('idle');
    stage.reactor.stop();
    expectTerminated(await actor.ended(), undefined, 'SIGTERM');
    expectEnds(actor);
  });

  suite.addWatched(
    'R56 a child that ignores SIGTERM gets SIGKILL when the time of the stop is over',
    async (stage, backend) => {
      const actor = stage.spawn('stubborn');
      await actor.when(() => actor.output.includes('ready'));
      const since = stage.reactor.now();
      stage.reactor.stop();
      expectTerminated(await actor.ended(), undefined, 'SIGKILL');
      const took = stage.reactor.now() - since;
      expect(took >= 999 && took < 8000, `it took ${took} ms, not 1,000`);
      expectSame(backend.signals, ['SIGTERM', 'SIGKILL'], 'the signals');
      expectEnds(actor);
    },
  );

  suite.addWatched('R56 a detached child gets no signal when the reactor ends', async (stage, backend) => {
    const actor = stage.spawn('echo', {}, { detached: true });
    await actor.when(() => actor.log.length > 0);
    stage.reactor.stop();
    expect((await actor.ended()) instanceof ReactorStopped, `the reason is ${actor.reason}`);
    expectSame(backend.signals, [], 'the signals');
    expectSame(actor.log.includes('exited'), false, 'whether processExited was called');
  });

  suite.add('R56 what a callback waits for when the reactor ends is not an error', async (stage) => {
    const actor = stage.spawn('idle', { made: () => stage.reactor.sleep(60_000) });
    await actor.when(() => actor.log.length > 0);
    stage.reactor.stop();
    expectTerminated(await actor.ended(), undefined, 'SIGTERM');
    // The time of the stop is over: the promise is not waited for.
    expect(
      actor.faults.splice(0).every((fault) => fault.endsWith('while a promise is pending')),
      'another fault',
    );
    expectEnds(actor);
  });

  suite.add('R56 a reactor that has begun to end starts no child', async (stage) => {
    const actor = new ProcessActor();
    const [command, ...args] = stage.command('echo');
    stage.reactor.addSystemEventTrigger('during', 'shutdown', () => stage.reactor.spawnProcess(actor, command, args));
    stage.reactor.stop();
    const reason = await actor.ended();
    expect(reason instanceof SpawnError && reason.message.includes('stopped'), `the reason is ${reason}`);
  });
}
