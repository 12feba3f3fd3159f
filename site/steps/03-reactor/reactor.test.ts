import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { serve } from '../../test/socket-server.ts';
import { work } from './hold.ts';
import { download } from './poems.ts';

describe('reactor', () => {
  test('the loop serves all sockets until each has ended', async (t) => {
    const second: Socket[] = [];
    // The first poem goes on only when the second has begun, so that neither could be fetched before the other.
    const first = await serve(t, (socket) => {
      socket.write('ab');
      const wait = () => (second.length > 0 ? socket.end('cd') : setTimeout(wait, 5));
      wait();
    });
    const other = await serve(t, (socket) => {
      second.push(socket);
      socket.end('efg');
    });
    const told: number[] = [];
    assert.deepEqual(await download([first, other], (task) => told.push(task)), [4, 3]);
    assert.deepEqual(new Set(told), new Set([1, 2]));
  });

  test('work holds the thread', () => {
    const begun = performance.now();
    assert.ok(work(30) > 0);
    assert.ok(performance.now() - begun >= 30);
  });
});
