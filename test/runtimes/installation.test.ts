import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { RUNTIMES } from '../runtime.ts';

/** The machine's own Node, which started npm. */
const { npm_node_execpath: MACHINES = process.execPath } = process.env;
const WORKSPACE = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];

function workspace(): string[] {
  const { stdout } = spawnSync('npm', ['ls', '--all', '--parseable'], { encoding: 'utf8' });
  return [...WORKSPACE.map((path) => readFileSync(path, 'utf8')), stdout];
}

test('RT-1: the runtimes are installed into a folder of their own, and the workspace stays as it was', (t) => {
  const folder = mkdtempSync(resolve('node_modules/.cache/installation-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const before = workspace();
  const install = `import { installRuntimes } from './scripts/runtimes.mjs';
    installRuntimes(${JSON.stringify(RUNTIMES)}, ${JSON.stringify(folder)});`;
  const words = ['--input-type=module', '--eval', install];
  const { stderr, status } = spawnSync(MACHINES, words, { encoding: 'utf8', timeout: 300_000 });
  assert.equal(status, 0, stderr);
  assert.deepEqual(workspace(), before);
  for (const name of RUNTIMES) {
    const program = join(folder, 'node_modules/.bin', name);
    assert.match(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout, /^\D*\d+\.\d+\.\d+/);
  }
});
