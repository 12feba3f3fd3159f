import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Frame } from 'couplet-inspector';
import { poemFolder } from '../../src/protocols/poem.ts';
import { type Program, run, start } from './program.ts';

const FILE = join(poemFolder(), 'science.txt');
const OPTIONS = { timeout: 20_000 };

/** The frame of a program whose standard error is no terminal. */
async function frameOf(program: Program): Promise<{ frame: Frame; file: string }> {
  const [, file = ''] = await program.complained(/^(?:coupletd: )?inspector: the file (.+) has its address$/m);
  const url = new URL(readFileSync(file, 'utf8'));
  const headers = { authorization: `Bearer ${url.hash.slice('#token='.length)}` };
  const response = await fetch(new URL('/frame?view=connections', url), { headers });
  assert.equal(response.status, 200);
  return { frame: JSON.parse(await response.text()), file };
}

describe('--inspect', () => {
  for (const [name, factory, ...args] of [
    ['slowpoetry', 'SlowPoetryFactory', '--inspect', FILE],
    ['fastpoetry', 'FastPoetryFactory', FILE, '--inspect'],
    ['poetry-proxy', 'ProxyFactory', '10000', '--inspect=tcp:0:interface=127.0.0.1'],
    ['transformedpoetry', 'TransformFactory', '--inspect'],
  ] as const)
    it(`shows ${name}, and prints where on standard error alone`, OPTIONS, async (t) => {
      const program = start(t, name, ...args);
      await program.printed(/^Serving .*\n$/);
      const { frame, file } = await frameOf(program);
      assert.deepEqual(
        frame.ports.map((port) => port.factory),
        [factory],
      );
      const { status, stdout } = await program.kill('SIGTERM');
      assert.deepEqual([status, stdout.split('\n').length], [0, 2]);
      assert.ok(!existsSync(file));
    });

  it('works on a UNIX socket, and ends with a server that ends by itself', OPTIONS, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'poetry-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'inspector.sock');
    const { status, stderr } = await run('fastpoetry', FILE, '--listen', 'stdio:', `--inspect=unix:${path}`);
    assert.equal(status, 0);
    assert.match(stderr, new RegExp(`^inspector: unix:${path}$`, 'm'));
    assert.ok(!existsSync(path));
  });

  it('shows what npm start serves, behind the name of the plug-in', OPTIONS, async (t) => {
    const program = start(
      t,
      'coupletd',
      '--workers=0',
      '--control=none',
      '--log-file=/dev/stderr',
      'poetry',
      '--port=0',
      '--inspect',
    );
    await program.printed(/^Ctrl-C stops the service\.$/m);
    const { frame } = await frameOf(program);
    assert.equal(frame.ports.length, 6);
    assert.equal((await program.kill('SIGTERM')).status, 0);
  });

  it('refuses a place where others could look, with status 2', OPTIONS, async () => {
    const { status, stderr } = await run('fastpoetry', FILE, '--inspect=tcp:0');
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^fastpoetry: --inspect: an inspector cannot listen on 'tcp:0': [^\n]+\n {2}--inspect takes tcp:PORT:interface=127.0.0.1 or unix:PATH\n$/,
    );
  });
});
