import type { ChildProcess } from 'node:child_process';
import type { Cause } from '../../seam/cause.ts';
import type { ProcessPlace, SpawnSink } from '../../seam/processes.ts';
import { causeOfThrown } from '../node/cause.ts';
import { NO_PIPES, NodeChild, startWith } from '../node/spawn.ts';
import type { BunRuntime } from './bun-sockets.ts';
import { pipeEnds } from './ends.ts';
import { socketPair } from './libc.ts';
import { NativeWire } from './native-wire.ts';
import { openSocket } from './open-socket.ts';

const fs = process.getBuiltinModule('node:fs');

/** A pipe to a child: the descriptor of this end, and that of the child. */
type Pair = readonly [near: number, far: number];

/** Starts a child. Its pipes are pairs of UNIX sockets, as on Node: the streams that Bun makes are read while they are paused. */
export function spawn(bun: BunRuntime, place: ProcessPlace, sink: SpawnSink): void {
  const failed = (cause: Cause): void => void setImmediate(() => sink.onFailed(cause));
  const pairs = openPairs(place.standardError === 'wire' ? 3 : 2);
  if ('kind' in pairs) {
    failed(pairs);
    return;
  }
  const near = pairs.map(([fd]) => fd);
  const [stdin, stdout, stderr = 'inherit'] = pairs.map(([, fd]) => fd);
  let child: ChildProcess;
  try {
    child = startWith(place, [stdin, stdout, stderr]);
  } catch (error) {
    close(near);
    failed(causeOfThrown(error));
    return;
  } finally {
    close(pairs.map(([, fd]) => fd));
  }
  if (child.pid === undefined) {
    close(near);
    child.once('error', (error) => failed(causeOfThrown(error)));
    return;
  }
  const [input, output, errors] = near.map((fd, at) => wireOf(bun, fd, at === 0 ? 'input' : 'output'));
  if (input === undefined || output === undefined) {
    child.kill('SIGKILL');
    failed(NO_PIPES);
    return;
  }
  // An error that comes later is that of a signal which may not be sent.
  child.on('error', () => {});
  const started = new NodeChild(child, child.pid, { stdin: input, stdout: output, stderr: errors });
  // It runs by now, and Bun does not always say so.
  process.nextTick(() => started.attach(sink.onStarted(started)));
}

function openPairs(count: number): readonly Pair[] | Cause {
  const pairs: Pair[] = [];
  while (pairs.length < count) {
    const pair = socketPair();
    if ('kind' in pair) {
      close(pairs.flat());
      return pair;
    }
    pairs.push(pair);
  }
  return pairs;
}

/** The wire of this end of a pair. */
function wireOf(bun: BunRuntime, fd: number, kind: 'input' | 'output'): NativeWire | undefined {
  const socket = openSocket(bun, fd);
  if (socket === undefined) return undefined;
  const wire = new NativeWire(socket, pipeEnds(kind));
  socket.data = wire;
  return wire;
}

function close(descriptors: readonly number[]): void {
  for (const fd of descriptors) fs.closeSync(fd);
}
