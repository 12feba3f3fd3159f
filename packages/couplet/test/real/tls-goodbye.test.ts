import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectTCP, createServer as createTCPServer } from 'node:net';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { runtime } from 'couplet-test/runtime';
import { SocketWire } from '../../src/backends/node/socket-wire.ts';
import { NodeTlsClient } from '../../src/backends/tls/context.ts';
import type { Cause } from '../../src/seam/cause.ts';
import { Authority } from './certificates.ts';

/** More than both kernels take from a side whose peer reads nothing. */
const MORE_THAN_FITS = 32_000_000;
/** Bun has a wire of its own, and on Deno a relay takes everything at once. */
const ONLY_NODE = { timeout: 20_000, skip: runtime !== 'node' && 'it is about the wire on Node' };

async function numberOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

test(
  'R5 a wire whose close_notify finds no room closes a second later, whatever the peer reads',
  ONLY_NODE,
  async () => {
    const authority = await Authority.create();
    const server = createServer(await authority.certify(['localhost']));
    const number = await numberOf(server);
    // What stands between them stops reading when it is told to.
    const sockets: Socket[] = [];
    const between = createTCPServer((near) => {
      const far = connectTCP(number, '127.0.0.1');
      sockets.push(near, far);
      for (const socket of sockets) socket.on('error', () => {});
      near.pipe(far).pipe(near);
    });
    const raw = connectTCP(await numberOf(between), '127.0.0.1');
    await once(raw, 'connect');
    const wire = new SocketWire(raw, undefined, false);
    const settings = { role: 'client', identity: undefined, ca: authority.ca, verify: true, alpn: [] } as const;
    const closed = await new Promise<{ readonly cause: Cause; readonly tookMs: number }>((resolve) => {
      let beginMs = 0;
      wire.attach({
        onData: () => {},
        onEof: () => {},
        onWritable: () => {},
        onWriteFailed: () => {},
        onSecured() {
          for (const socket of sockets) socket.unpipe().pause();
          // Past TLS, which would tell when that has gone.
          raw.write(Buffer.alloc(MORE_THAN_FITS));
          beginMs = performance.now();
          wire.close();
          return this;
        },
        onClosed: (cause) => resolve({ cause, tookMs: performance.now() - beginMs }),
      });
      wire.startTls(new NodeTlsClient({ ...settings, minVersion: 'TLSv1.2' }), 'localhost', Buffer.alloc(0));
    });
    for (const socket of sockets) socket.destroy();
    for (const one of [server, between]) one.close();
    assert.equal(closed.cause.kind, 'done', closed.cause.detail);
    assert.ok(closed.tookMs > 900 && closed.tookMs < 3000, `it took ${closed.tookMs} ms`);
  },
);
