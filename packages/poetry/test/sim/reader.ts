import assert from 'node:assert/strict';
import { ConnectError, open, type Reactor } from 'couplet';
import type { World } from 'couplet/sim';
import { checkPoem, download, failureAt } from '../../src/download/download.ts';

/** Long enough to be cut in the middle on every network; the byte at each place differs from its neighbours'. */
export const POEM: Buffer = Buffer.from(Array.from({ length: 623 }, (_, at) => at % 251));

/** Downloads once. What arrives begins like the poem, and a failure says so in one line. */
export async function attempt(reactor: Reactor, endpoint: string, signal?: AbortSignal): Promise<Buffer> {
  const limits = { maxBytes: POEM.length, timeoutSeconds: 120, ...(signal && { signal }) };
  try {
    const poem = await download(reactor, endpoint, limits);
    checkPoem(poem.length);
    assert.deepEqual(poem, POEM.subarray(0, poem.length));
    return poem;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    const failure = failureAt({ name: endpoint, endpoint }, error);
    assert.match(failure, error instanceof ConnectError ? /^[^\n]*server[^\n]*$/ : /^tcp:[^\n]+: [^\n]+$/);
    throw error;
  }
}

/** Downloads again and again until the poem is whole. */
export async function persist(world: World, reactor: Reactor, endpoint: string): Promise<void> {
  for (;;) {
    try {
      if ((await attempt(reactor, endpoint)).length === POEM.length) return;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    await world.sleep(500);
  }
}

/** Reads a chunk now and then, until a poem that it got in that way is whole. */
export async function dawdle(world: World, reactor: Reactor, endpoint: string): Promise<void> {
  for (let length = 0; length < POEM.length; await world.sleep(500)) {
    length = 0;
    try {
      await using connection = await open(endpoint, { reactor, timeoutMs: 30_000 });
      for await (const chunk of connection) {
        assert.deepEqual(chunk, POEM.subarray(length, length + chunk.length));
        length += chunk.length;
        await world.sleep(300);
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
  }
}
