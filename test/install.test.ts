import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

test('what is missing is installed before it is built, and is said while it lasts', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Stands for npm: it prints its words, and takes a moment.
  const npm = join(folder, 'npm.cjs');
  writeFileSync(npm, 'console.log(process.argv.slice(2).join(" ")); setTimeout(() => {}, 100);');
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const run = (file = npm, agent = 'npm/11'): readonly [status: number | null, stdout: string, stderr: string] => {
    const env = {
      ...process.env,
      npm_execpath: file,
      npm_node_execpath: process.execPath,
      npm_config_user_agent: agent,
    };
    const script = resolve('scripts/install.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8', env });
    return [status, stdout, stderr];
  };
  const build = 'run --silent build\n';
  assert.deepEqual(run(), [0, `ci\n${build}`, 'Installing the packages and building (about a minute) ...\n']);
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{}');
  assert.deepEqual(run(), [0, build, '']);
  utimesSync(join(folder, 'node_modules/.package-lock.json'), 0, 0);
  const failing = join(folder, 'failing.cjs');
  writeFileSync(failing, 'process.exitCode = 3;');
  const [status, , stderr] = run(failing);
  assert.equal(status, 1);
  assert.match(stderr, /npm ci failed\n$/);

  const bun = join(folder, 'bun');
  writeFileSync(bun, '#!/bin/sh\necho "$*"; sleep 0.1\n', { mode: 0o755 });
  const buildOfBun = 'run --bun --silent build\n';
  const installed = run(bun, 'bun/1.4');
  assert.deepEqual(installed.slice(0, 2), [0, `install --no-save --ignore-scripts\n${buildOfBun}`]);
  assert.deepEqual(run(bun, 'bun/1.4'), [0, buildOfBun, '']);
  // What Bun has installed has no Node for the tests.
  assert.deepEqual(run().slice(0, 2), [0, `ci\n${build}`]);
});

/** What npm runs for a script of the workspace, with those that it names. */
function commandsOf(script: string, scripts: Readonly<Record<string, string>>): string[] {
  return [`pre${script}`, script].flatMap((name) => {
    const command = scripts[name] ?? '';
    return [
      command,
      ...[...command.matchAll(/npm run (\S+)/g)].flatMap(([, other = '']) => commandsOf(other, scripts)),
    ];
  });
}

test('RT-1: npm ci, npm start and npm test fetch no other runtime', () => {
  const { packages }: { readonly packages: object } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const runtimes = Object.keys(packages).filter((path) => /(?:^|\/)(?:bun|deno|@oven\/.*|@deno\/.*)$/.test(path));
  assert.deepEqual(runtimes, []);
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  // Only this kind of tests has runtimes that are installed when it runs.
  const installing = /scripts\/test\.mjs runtimes/;
  for (const script of ['prepare', 'start', 'test'])
    assert.deepEqual(
      commandsOf(script, scripts).filter((command) => installing.test(command)),
      [],
    );
  assert.ok(commandsOf('test:runtimes', scripts).some((command) => installing.test(command)));
});
