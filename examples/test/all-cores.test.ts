import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Child } from './child.ts';
import { Peer } from './peer.ts';

describe('all-cores', () => {
  /** The number of the process that serves a new connection. */
  async function arrive(port: number): Promise<{ peer: Peer; server: string }> {
    const peer = await Peer.connect(port);
    return { peer, server: await peer.until('\n') };
  }

  test('is served by as many processes, which SIGHUP replaces without a connection lost', async (t) => {
    const child = new Child(t, 'all-cores', 0, 2);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await child.line())?.[1]);
    const first = await arrive(port);
    const second = await arrive(port);
    assert.notEqual(first.server, second.server);
    const old = new Set([first.server, second.server]);
    child.remind();
    const fresh = new Set<string>();
    while (fresh.size < 2) {
      const { peer, server } = await arrive(port);
      if (!old.has(server)) fresh.add(server);
      await peer.leave();
    }
    // The old ones still serve whom they have.
    for (const { peer } of [first, second]) {
      peer.socket.write('still here\n');
      assert.equal(await peer.until('\n'), 'still here\n');
      await peer.leave();
    }
    child.terminate();
    assert.equal(await child.ended(), 0);
    assert.equal(child.errors, '');
  });
});
