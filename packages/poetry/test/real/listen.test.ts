import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { poemFolder } from '../../src/protocols/poem.ts';
import { pipe, run, start } from './program.ts';

const FILE = join(poemFolder(), 'science.txt');
const POEM = await readFile(FILE, 'utf8');
const LENGTH = Buffer.byteLength(POEM);
const OPTIONS = { timeout: 20_000 };

describe('--listen', () => {
  it('opens every endpoint that is given, and get-poetry reaches each', OPTIONS, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'poetry-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'poem.sock');
    const program = start(
      t,
      'slowpoetry',
      FILE,
      '--num-bytes=1000',
      '--listen',
      `unix:${path}`,
      '--listen=tcp:0:interface=127.0.0.1',
    );
    const [, where, port] = await program.printed(/^Serving .* on (.*)\.\nServing .* on port (\d+)\.\n$/);
    assert.equal(where, path);
    const { status, stdout } = await run('get-poetry', `unix:${path}`, `tcp:127.0.0.1:${port}`);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^Task 1: ${LENGTH} bytes of poetry\\nTask 2: ${LENGTH} bytes of poetry\\n`, 'm'));
    assert.equal((await program.kill('SIGTERM')).status, 0);
    assert.equal(existsSync(path), false);
  });

  it('stdio: writes the poem alone to standard output, and ends with its connection', OPTIONS, async () => {
    assert.deepEqual(await pipe('', 'fastpoetry', FILE, '--listen', 'stdio:'), {
      status: 0,
      stdout: POEM,
      stderr: `Serving ${FILE} on PipeAddress().\n`,
    });
    assert.deepEqual(await pipe('', 'slowpoetry', FILE, '--listen', 'stdio:', '--num-bytes', '1000'), {
      status: 0,
      stdout: POEM,
      stderr: `Serving ${FILE} on stdio.\nSomebody at stdio wants poetry!\nSending ${LENGTH} bytes\n`,
    });
    assert.deepEqual(await pipe('19:cummingsify.A Poem.,', 'transformedpoetry', '--listen', 'stdio:'), {
      status: 0,
      stdout: '7:a poem.,',
      stderr: 'Serving transformed poetry on stdio.\n',
    });
  });

  it('get-poetry takes a poem from standard input, and reports on standard error', OPTIONS, async () => {
    const { status, stdout, stderr } = await pipe(POEM, 'get-poetry', 'stdio:');
    assert.deepEqual([status, stdout], [0, '']);
    assert.match(stderr, new RegExp(`^Task 1: ${LENGTH} bytes of poetry\\nGot 1 poem in `, 'm'));
  });
});
