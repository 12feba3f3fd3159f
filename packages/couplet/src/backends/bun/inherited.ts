import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenSink } from '../../seam/streams.ts';
import { LAST_STANDARD, pathOfSocket, statusOf, vacate } from '../node/descriptor.ts';
import { IN_USE, used } from '../node/inherited.ts';
import type { InheritedPlace } from '../node/node.ts';
import { stopListening } from '../node/server.ts';
import type { BunRuntime } from './bun-sockets.ts';
import { causeOfBun } from './cause.ts';
import { duplicate } from './libc.ts';
import { NativeListener } from './native-listener.ts';

const fs = process.getBuiltinModule('node:fs');

/**
 * Listens on an inherited socket, by a second descriptor of it: Bun closes that one with the port, and the socket stays for the next one.
 * Resolves to the cause if that fails, and to undefined if there is no second descriptor.
 */
export async function listenInherited(
  bun: BunRuntime,
  place: InheritedPlace,
  sink: ListenSink,
): Promise<Listener | Cause | undefined> {
  const { fd, backlog } = place;
  if (used.has(fd)) return IN_USE;
  try {
    if (!statusOf(fd).isSocket()) throw new Error('it is not a socket');
  } catch (error) {
    return causeOfBun(error);
  }
  const near = duplicate(fd);
  if (typeof near !== 'number') return near.code === 'ENOTSUP' ? undefined : near;
  const listener = new NativeListener(bun, sink, place.path ?? pathOfSocket(fd), place.asked);
  const failure = listener.open({ fd: near }, backlog);
  if (failure !== undefined) {
    fs.closeSync(near);
    return failure;
  }
  used.add(fd);
  const { name } = listener;
  const suspend = (): Promise<void> => {
    used.delete(fd);
    return stopListening(listener);
  };
  const close = async (): Promise<void> => {
    await suspend();
    giveUp(fd);
  };
  return { name, close, suspend };
}

/** Closes a descriptor. */
export function giveUp(fd: number): void {
  if (fd <= LAST_STANDARD) vacate(fd);
  else fs.closeSync(fd);
}
