import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barePair } from 'couplet-conformance';
import { backendHere } from '../here.ts';
import { Authority } from './certificates.ts';

test('R60 a wire with TLS that could go on leaves the others their turn after 256 KiB', async () => {
  const backend = backendHere();
  const authority = await Authority.create();
  const server = await authority.certify(['127.0.0.1']);
  const venue = { backend: () => backend, tls: { server, client: { ca: authority.ca } } };
  for (const size of [1024, 64 * 1024, 256 * 1024]) {
    const pair = await barePair(backend, venue, 'tls');
    const chunk = Buffer.alloc(size);
    let left = 4 * 1024 * 1024;
    let inTurn = 0;
    let most = 0;
    let waits = false;
    const write = (): void => {
      left -= size;
      inTurn += size;
      most = Math.max(most, inTurn);
      waits = !pair.server.wire.write(chunk);
    };
    pair.server.heard = (what) => what === 'writable' && left > 0 && write();
    write();
    while (left > 0) {
      await new Promise<void>((resolve) => backend.clock.yield(resolve));
      inTurn = 0;
      // A wire may take a chunk at once.
      if (!waits && left > 0) write();
    }
    for (const side of [pair.server, pair.client]) side.wire.abort();
    await pair.close();
    // With the chunk that begins the turn.
    assert.ok(most <= 256 * 1024 + size, `${most} bytes in one turn, in chunks of ${size}`);
  }
});
