import { closeSync, constants, fchmodSync, openSync } from 'node:fs';
import { kindOf } from '../values/descriptor.ts';
import { codeOf } from '../values/error-words.ts';
import { DescriptorSink } from './descriptor-sink.ts';
import { PolledSink } from './polled-sink.ts';
import type { Sink } from './sink.ts';
import { SocketSink } from './socket-sink.ts';

/** A FIFO without a reader is refused rather than waited for. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;
/** The owner writes, the group reads. */
const MODE = 0o640;
/** Names of the process's own descriptors. To open one of a socket is refused by the system. */
const STANDARD = /^(?:\/dev\/(stdin|stdout|stderr)|(?:\/dev|\/proc\/self)\/fd\/(\d+))$/;

/** Returns the descriptor that a path such as `/dev/stderr` or `/dev/fd/3` stands for; undefined for another path. */
export function standardDescriptor(path: string): number | undefined {
  const [, name, number] = STANDARD.exec(path) ?? [];
  if (name !== undefined) return ['stdin', 'stdout', 'stderr'].indexOf(name);
  return number === undefined ? undefined : Number(number);
}

/** Opens a file for appending; it is made if it is not there. Throws an error of the system. */
export function openFile(path: string): Sink {
  const descriptor = openOrMake(path);
  try {
    return sinkOf(descriptor, true);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Returns a sink for a descriptor that is open. Throws an error of the system if it is not. */
export function openDescriptor(descriptor: number): Sink {
  if (!kindOf(descriptor).isFIFO()) return sinkOf(descriptor, false);
  // A descriptor of its own is non-blocking only here: those who share the pipe neither get that nor end it, and prints go their way.
  try {
    return sinkOf(openSync(`/dev/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK), true);
  } catch {
    // The pipe belongs to another user, has no reader, or the system has no such path.
    return sinkOf(descriptor, false);
  }
}

function openOrMake(path: string): number {
  try {
    const descriptor = openSync(path, FLAGS | constants.O_CREAT | constants.O_EXCL, MODE);
    // The umask is for what the application makes.
    fchmodSync(descriptor, MODE);
    return descriptor;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return openSync(path, FLAGS | constants.O_CREAT, MODE);
  }
}

function sinkOf(descriptor: number, owned: boolean): Sink {
  const kind = kindOf(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) return new DescriptorSink(descriptor, owned);
  const { bun, deno } = process.versions;
  // Bun's loop waits for no descriptor, that of Deno for none that the process has opened.
  const polled = bun !== undefined || (deno !== undefined && owned);
  return polled ? new PolledSink(descriptor, owned) : new SocketSink(descriptor);
}
