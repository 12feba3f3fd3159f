import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { runtime } from 'couplet-test/runtime';
import { readConfiguration } from '../../src/configuration/configuration.ts';
import { childCommand } from '../../src/supervisor/runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'coupletd-'));
after(() => rmSync(folder, { recursive: true }));

/** Makes a program that answers with a version. */
function answering(name: string, version: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && echo '${version}'\n`, { mode });
  return file;
}

async function commandFor(...set: readonly string[]): Promise<readonly string[]> {
  return childCommand(await readConfiguration({ set }), folder);
}

describe('the command of workers', { skip: runtime === 'node' ? false : 'the supervisor runs on Node' }, () => {
  test('is by itself the Node of this process, with its options and those for workers', async () => {
    const [program, ...words] = await commandFor('daemon.nodeOption=["--x"]');
    assert.deepEqual([program, words.slice(0, -1)], [process.execPath, [...process.execArgv, '--x']]);
    assert.match(words.at(-1) ?? '', /worker\.[jt]s$/);
    assert.deepEqual(await commandFor('daemon.runtime="node"', 'daemon.nodeOption=["--x"]'), [program, ...words]);
  });

  test('takes from a path what its version says that it is', async () => {
    answering('b', '1.4.5');
    answering('d', 'deno 2.9.6 (stable, release)');
    answering('n', 'v26.10.0');
    const kept = process.execArgv.filter((option) => option.startsWith('--conditions='));
    const of = async (name: string, ...options: string[]): Promise<readonly string[]> => {
      const more = options.length === 0 ? [] : [`daemon.nodeOption=${JSON.stringify(options)}`];
      const words = await commandFor(`daemon.runtime="./${name}"`, ...more);
      return words.slice(0, -1);
    };
    assert.deepEqual(await of('b', '--smol'), [join(folder, 'b'), ...kept, '--smol']);
    assert.deepEqual(await of('n'), [join(folder, 'n'), ...process.execArgv]);
    assert.deepEqual(await of('d'), [join(folder, 'd'), 'run', '--allow-all', ...kept]);
    assert.deepEqual(await of('d', '--allow-net'), [join(folder, 'd'), 'run', ...kept, '--allow-net']);
  });

  test('is refused in one line where there is none, or where it cannot do what is asked for', async () => {
    answering('other', 'something 1.0');
    answering('locked', '1.4.5', 0o644);
    answering('deno', 'deno 2.9.6');
    const rows: readonly (readonly [set: readonly string[], message: string])[] = [
      [['daemon.runtime="./none"'], "--set daemon.runtime is './none', which does not exist"],
      [['daemon.runtime="./locked"'], "--set daemon.runtime is './locked', which may not be executed"],
      [
        ['daemon.runtime="./other"'],
        "--set daemon.runtime is './other', which does not answer --version as node, bun or deno does",
      ],
      [
        ['daemon.runtime="./deno"', 'daemon.uid=1'],
        "--set daemon.runtime is './deno', and Deno cannot become another user: start coupletd as that user",
      ],
      [['daemon.runtime="ruby"'], "--set daemon.runtime is 'ruby', not 'node', 'bun', 'deno' or a path with a '/'"],
      [
        ['daemon.runtime="bun"', 'daemon.workers=0'],
        '--set daemon.runtime needs workers: 0 runs everything in this process',
      ],
    ];
    for (const [set, message] of rows)
      await assert.rejects(commandFor(...set), { name: 'CommandError', message, status: 78 }, message);
  });

  test('is looked for in the PATH by a name', async (t) => {
    const { PATH } = process.env;
    t.after(() => {
      Object.assign(process.env, { PATH });
    });
    Object.assign(process.env, { PATH: folder });
    answering('bun', '1.4.5');
    assert.equal((await commandFor('daemon.runtime="bun"'))[0], 'bun');
    Object.assign(process.env, { PATH: '/nowhere' });
    await assert.rejects(commandFor('daemon.runtime="bun"'), {
      message: "--set daemon.runtime is 'bun', which is not in the PATH",
    });
  });
});
