import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { describe, it } from 'node:test';
import { received, script } from './client.ts';
import { commandFile, pipe, run, serve, WORDS } from './program.ts';

const OPTIONS = { timeout: 60_000 };
const POEM = 'poetry/science.txt';

describe('couplet-nc', () => {
  it('prints what arrives until the server ends it, though nothing is typed', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', POEM, '--num-bytes', '100', '--delay', '0.01');
    const { status, stdout, stderr } = await run('couplet-nc', `127.0.0.1:${port}`);
    assert.deepEqual([status, stdout, stderr], [0, await readFile(POEM, 'utf8'), '']);
  });

  it('sends what is typed as it is, or each line with CRLF', OPTIONS, async (t) => {
    const arrived: string[] = [];
    const port = await script(t, async (client) => arrived.push(`${await received(client)}`));
    for (const words of [['-N'], ['-N', '-C']]) {
      const { status } = await pipe('one\ntwo\n', 'couplet-nc', ...words, `${port}`);
      assert.equal(status, 0);
    }
    assert.deepEqual(arrived, ['one\ntwo\n', 'one\r\ntwo\r\n']);
  });

  it('ends with the server, though its input is still open', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end('goodbye'));
    const child = spawn(process.execPath, [...WORDS, commandFile('couplet-nc'), `${port}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(() => child.kill());
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });

  it('says in one line that a connection was reset, or that there is none', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.resetAndDestroy());
    const reset = await run('couplet-nc', `${port}`);
    assert.equal(reset.status, 1);
    assert.match(reset.stderr, /^couplet-nc: .*\n$/);
    const refused = await run('couplet-nc', '127.0.0.1:1');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^couplet-nc: .*127\.0\.0\.1:1.*refused.*\n$/i);
  });
});
