import assert from 'node:assert/strict';
import type { Server, Socket } from 'node:net';

/** The descriptor of a server or socket: no interface of the runtime's tells it, but it is there. */
export function descriptorOf(server: Server | Socket): number {
  const handle: unknown = Reflect.get(server, '_handle');
  assert.ok(typeof handle === 'object' && handle !== null);
  const fd: unknown = Reflect.get(handle, 'fd');
  assert.ok(typeof fd === 'number');
  return fd;
}
