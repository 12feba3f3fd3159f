import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { poemFolder } from '../../src/protocols/poem.ts';
import { dial, received } from './client.ts';
import { run, serve } from './program.ts';

const FILE = join(poemFolder(), 'science.txt');
const POEM = await readFile(FILE);
/** Many pieces in little time. */
const QUICK = ['--num-bytes', '100', '--delay', '0.01'];
/** One piece, and then nothing while the test runs. */
const STUCK = ['--num-bytes', '100', '--delay', '1000'];
const OPTIONS = { timeout: 20_000 };

describe('slowpoetry', () => {
  it('serves one client at a time, in order of arrival', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'slowpoetry', FILE, ...QUICK);
    const first = await dial(t, port);
    const second = await dial(t, port);
    const [firstPort, secondPort] = [first.localPort, second.localPort];
    const [one, two] = await Promise.all([received(first), received(second)]);
    assert.deepEqual([one, two], [POEM, POEM]);
    const { status, stdout, stderr } = await program.kill('SIGTERM');
    const pieces = [...'Sending 100 bytes\n'.repeat(6).split('\n').slice(0, -1), `Sending ${POEM.length - 600} bytes`];
    assert.deepEqual(stdout.split('\n'), [
      `Serving ${FILE} on port ${port}.`,
      `Somebody at 127.0.0.1:${firstPort} wants poetry!`,
      ...pieces,
      `Somebody at 127.0.0.1:${secondPort} wants poetry!`,
      ...pieces,
      '',
    ]);
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('gives a client that ended its side the whole poem, also when it has to wait', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', FILE, ...QUICK);
    const clients = [await dial(t, port), await dial(t, port)];
    for (const client of clients) client.end('a poem, please');
    assert.deepEqual(await Promise.all(clients.map(received)), [POEM, POEM]);
  });

  it('frees the turn of a client that dies in mid-poem', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', FILE, ...STUCK);
    const first = await dial(t, port);
    await once(first, 'data');
    const second = await dial(t, port);
    first.resetAndDestroy();
    const [piece] = await once(second, 'data');
    assert.deepEqual(piece, POEM.subarray(0, 100));
  });

  it('ends a turn with the last byte, not with the close of the peer', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', FILE, ...QUICK);
    const first = await dial(t, port);
    assert.deepEqual(await received(first), POEM);
    assert.equal(first.writable, true);
    assert.deepEqual(await received(await dial(t, port)), POEM);
  });

  it('serves many at once when told to, and throws away what they send', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', FILE, ...STUCK, '--concurrency', '0');
    for (let count = 0; count < 3; count += 1) {
      const client = await dial(t, port);
      client.write(Buffer.alloc(2 ** 20));
      const [piece] = await once(client, 'data');
      assert.deepEqual(piece, POEM.subarray(0, 100));
    }
  });

  it(
    'R49 finishes the poem at SIGTERM, gives a client that waits nothing, and ends with status 0',
    OPTIONS,
    async (t) => {
      const { program, port } = await serve(t, 'slowpoetry', FILE, ...QUICK);
      const poem = received(await dial(t, port));
      await program.printed(/Sending/);
      const waiting = received(await dial(t, port));
      await program.printed(/(Sending[^S]*){3}/);
      const { status, stderr } = await program.kill('SIGTERM');
      assert.deepEqual([await poem, await waiting], [POEM, Buffer.alloc(0)]);
      assert.deepEqual([status, stderr], [0, '']);
    },
  );

  it('R49 stops in mid-poem on a second SIGINT, with status 0', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'slowpoetry', FILE, ...STUCK);
    const client = await dial(t, port);
    await once(client, 'data');
    const { status, stderr } = await program.killTwice('SIGINT');
    assert.deepEqual([status, stderr], [0, '']);
  });
});

describe('fastpoetry', () => {
  it('serves the whole poem to everybody', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'fastpoetry', FILE);
    const silent = await dial(t, port);
    const ended = await dial(t, port);
    ended.end();
    assert.deepEqual(await Promise.all([received(silent), received(ended)]), [POEM, POEM]);
    silent.end();
    const { status, stdout, stderr } = await program.kill('SIGTERM');
    const host = `IPv4Address(type='TCP', host='127.0.0.1', port=${port})`;
    assert.deepEqual([status, stdout, stderr], [0, `Serving ${FILE} on ${host}.\n`, '']);
  });
});

describe('a server that cannot serve', () => {
  it('says why in one line, with status 1', OPTIONS, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'poetry-'));
    t.after(() => rm(folder, { recursive: true }));
    const empty = join(folder, 'empty.txt');
    await writeFile(empty, '');
    const { port } = await serve(t, 'fastpoetry', FILE);
    const rows: readonly (readonly [args: readonly string[], error: string])[] = [
      [[join(folder, 'none.txt')], `cannot read ${join(folder, 'none.txt')}: no such file or directory`],
      [['no\nsuch'], 'cannot read no\\nsuch: no such file or directory'],
      [[folder], `cannot read ${folder}: illegal operation on a directory`],
      [[empty], `${empty} is empty`],
      [
        [FILE, '--iface', '127.0.0.1', '--port', `${port}`],
        `cannot listen on 127.0.0.1:${port}: address already in use`,
      ],
      // An address of TEST-NET-1, which no machine has.
      [[FILE, '--iface', '192.0.2.1'], 'cannot listen on 192.0.2.1:0: address not available'],
    ];
    const failing = async (name: string, args: readonly string[], error: string): Promise<void> => {
      assert.deepEqual(await run(name, ...args), { status: 1, stdout: '', stderr: `${name}: ${error}\n` });
    };
    await Promise.all(rows.map(([args, error]) => failing('slowpoetry', args, error)));
    // The programs share what reads the poem and opens the port: one row shows it.
    await Promise.all(rows.slice(0, 1).map(([args, error]) => failing('fastpoetry', args, error)));
  });
});
