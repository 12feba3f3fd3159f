import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PoemCache } from '../../src/protocols/poem-cache.ts';

const POEM = Buffer.from('two lines that rhyme');

/** A cache and the fetches that it began; each ends as a test says. */
class Source {
  readonly fetches: { signal: AbortSignal; resolve: (poem: Buffer) => void; reject: (error: Error) => void }[] = [];
  readonly cache = new PoemCache(
    (signal) =>
      new Promise((resolve, reject) => {
        this.fetches.push({ signal, resolve, reject });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
}

describe('PoemCache', () => {
  it('shares one fetch, and keeps the poem', async () => {
    const { cache, fetches } = new Source();
    const waiting = [cache.wait(), cache.wait(), cache.wait()];
    assert.equal(fetches.length, 1);
    fetches[0]?.resolve(POEM);
    assert.deepEqual(await Promise.all(waiting), [POEM, POEM, POEM]);
    assert.equal(cache.poem, POEM);
    assert.equal(await cache.wait(), POEM);
    assert.equal(fetches.length, 1);
  });

  it('does not keep a failure', async () => {
    const { cache, fetches } = new Source();
    const waiting = [cache.wait(), cache.wait()];
    fetches[0]?.reject(new Error('refused'));
    for (const one of waiting) await assert.rejects(one, /^Error: refused$/);
    assert.equal(cache.poem, undefined);
    const again = cache.wait();
    assert.equal(fetches.length, 2);
    fetches[1]?.resolve(POEM);
    assert.equal(await again, POEM);
  });

  it('cancels a fetch when the last of those who wait leaves, and begins another for the next', async () => {
    const { cache, fetches } = new Source();
    const waiting = [cache.wait(), cache.wait()];
    cache.leave();
    assert.equal(fetches[0]?.signal.aborted, false);
    cache.leave();
    assert.equal(fetches[0]?.signal.aborted, true);
    const next = cache.wait();
    for (const one of waiting) await assert.rejects(one, { name: 'AbortError' });
    assert.equal(fetches.length, 2);
    assert.equal(fetches[1]?.signal.aborted, false);
    fetches[1]?.resolve(POEM);
    assert.equal(await next, POEM);
  });

  it('leaving when there is no fetch does nothing', () => {
    const { cache, fetches } = new Source();
    cache.leave();
    assert.equal(fetches.length, 0);
  });
});
