import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { poemFolder } from '../../src/protocols/poem.ts';
import { closed, dial, received, script } from './client.ts';
import type { Server } from './program.ts';
import { run, serve } from './program.ts';

const FILE = join(poemFolder(), 'science.txt');
const POEM = await readFile(FILE);
const OPTIONS = { timeout: 20_000 };

/** A server under the test's control, with a proxy before it. */
async function proxied(t: TestContext, treat: (upstream: Socket, count: number) => void): Promise<Server> {
  let count = 0;
  const port = await script(t, (upstream) => {
    count += 1;
    treat(upstream, count);
  });
  return serve(t, 'poetry-proxy', `${port}`);
}

/** The connections that a proxy makes to its server, in order. */
class Fetches {
  count = 0;
  readonly #arrived: Socket[] = [];
  #wanted: ((fetch: Socket) => void) | undefined;

  readonly add = (fetch: Socket): void => {
    this.count += 1;
    if (this.#wanted === undefined) this.#arrived.push(fetch);
    else this.#wanted(fetch);
    this.#wanted = undefined;
  };

  next(): Promise<Socket> {
    const fetch = this.#arrived.shift();
    if (fetch !== undefined) return Promise.resolve(fetch);
    return new Promise((resolve) => {
      this.#wanted = resolve;
    });
  }
}

describe('poetry-proxy', () => {
  it('fetches once for two at the same time and one later, through another proxy too', OPTIONS, async (t) => {
    const slow = await serve(t, 'slowpoetry', FILE, '--num-bytes', '100', '--delay', '0.01');
    const inner = await serve(t, 'poetry-proxy', `${slow.port}`);
    const outer = await serve(t, 'poetry-proxy', `127.0.0.1:${inner.port}`);
    const clients = [await dial(t, outer.port), await dial(t, outer.port)];
    assert.deepEqual(await Promise.all(clients.map(received)), [POEM, POEM]);
    assert.deepEqual(await received(await dial(t, outer.port)), POEM);
    const { status, stdout } = await run('get-poetry', `${outer.port}`, '--expect-bytes', `${POEM.length}`);
    assert.equal(status, 0, stdout);
    assert.equal(slow.program.stdout.match(/wants poetry!/g)?.length, 1);
  });

  it('goes on serving when the server that it had the poem from is gone', OPTIONS, async (t) => {
    const fast = await serve(t, 'fastpoetry', FILE);
    const { port } = await serve(t, 'poetry-proxy', `tcp:127.0.0.1:${fast.port}`);
    assert.deepEqual(await received(await dial(t, port)), POEM);
    await fast.program.kill('SIGTERM');
    const client = await dial(t, port);
    client.end();
    assert.deepEqual(await received(client), POEM);
  });

  it(
    'keeps no failure: refused, reset and empty are told once each, and the next client begins again',
    OPTIONS,
    async (t) => {
      const { program, port } = await proxied(t, (upstream, count) => {
        if (count === 1) upstream.once('data', () => {}).resetAndDestroy();
        else if (count === 2) upstream.end();
        else upstream.end(POEM);
      });
      for (let attempt = 0; attempt < 2; attempt += 1) {
        assert.equal((await received(await dial(t, port))).length, 0);
      }
      assert.deepEqual(await received(await dial(t, port)), POEM);
      const { stderr } = await program.kill('SIGTERM');
      assert.match(
        stderr,
        /^poetry-proxy: 127\.0\.0\.1:\d+: connection reset by peer\npoetry-proxy: 127\.0\.0\.1:\d+: closed without any poetry\n$/,
      );
    },
  );

  it('tells of a server that refuses, and of one that takes too long', OPTIONS, async (t) => {
    const refused = await serve(t, 'poetry-proxy', `${CLOSED_PORT}`);
    const download = await run('get-poetry', `${refused.port}`);
    assert.deepEqual(
      [download.status, download.stderr],
      [1, `Task 1: 127.0.0.1:${refused.port}: closed without any poetry\n`],
    );
    const { stderr } = await refused.program.kill('SIGTERM');
    assert.equal(stderr, `poetry-proxy: 127.0.0.1:${CLOSED_PORT}: connection refused\n`);
    const silent = await script(t, () => {});
    const late = await serve(t, 'poetry-proxy', `${silent}`, '--timeout', '0.1');
    assert.equal((await received(await dial(t, late.port))).length, 0);
    const ending = await late.program.kill('SIGTERM');
    assert.equal(ending.stderr, `poetry-proxy: 127.0.0.1:${silent}: no poem within 0.1 s\n`);
  });

  it('gives a client that ended its side the poem that another one waits for, or that is there', OPTIONS, async (t) => {
    const slow = await serve(t, 'slowpoetry', FILE, '--num-bytes', '100', '--delay', '0.01');
    const { port } = await serve(t, 'poetry-proxy', `${slow.port}`);
    const waiting = await dial(t, port);
    const [early, late] = [await dial(t, port), await dial(t, port)];
    early.end('a poem, please');
    assert.deepEqual(await Promise.all([waiting, early].map(received)), [POEM, POEM]);
    late.end('a poem, please');
    assert.deepEqual(await received(late), POEM);
  });

  it('goes on with a fetch for the client that stays', OPTIONS, async (t) => {
    const fetches = new Fetches();
    const { port } = await proxied(t, fetches.add);
    const [leaving, staying] = [await dial(t, port), await dial(t, port)];
    const fetch = await fetches.next();
    leaving.resetAndDestroy();
    fetch.end(POEM);
    assert.deepEqual(await received(staying), POEM);
    assert.equal(fetches.count, 1);
  });

  it('stops in mid-fetch, and says nothing of it', OPTIONS, async (t) => {
    const fetches = new Fetches();
    const { program, port } = await proxied(t, fetches.add);
    await dial(t, port);
    await fetches.next();
    const { status, stderr } = await program.killTwice('SIGTERM');
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('cancels a fetch when the last client leaves, not before, and says nothing of it', OPTIONS, async (t) => {
    const fetches = new Fetches();
    const { program, port } = await proxied(t, fetches.add);
    const clients = [await dial(t, port), await dial(t, port)];
    const first = await fetches.next();
    first.write('two');
    clients[0]?.resetAndDestroy();
    clients[1]?.destroy();
    first.resume();
    await closed(first);
    const next = await dial(t, port);
    const second = await fetches.next();
    second.end('two lines');
    assert.equal((await received(next)).toString(), 'two lines');
    const { stderr } = await program.kill('SIGTERM');
    assert.equal(stderr, '');
  });
});
