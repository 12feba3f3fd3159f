import type { BunEvents, BunRuntime, BunSocket } from './bun-sockets.ts';
import { HANDLERS, NOWHERE } from './bun-sockets.ts';

/** Makes a socket of a descriptor that is connected: Bun opens it at once, and owns the descriptor then. Undefined if it cannot. */
export function openSocket(bun: BunRuntime, fd: number): BunSocket | undefined {
  let opened: BunSocket | undefined;
  const onOpen = (socket: BunSocket): void => {
    opened = socket;
  };
  const data: BunEvents = { ...NOWHERE, onOpen };
  bun.connect({ fd, allowHalfOpen: true, socket: HANDLERS, data }).catch(() => {});
  return opened;
}
