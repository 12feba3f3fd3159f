import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { run, start } from '../run.ts';

const PAGE = readFileSync('docs/daemon.md', 'utf8');
const COMMAND = resolve('node_modules/.bin/coupletd');
const FLAGS = process.execArgv.filter((flag) => flag.startsWith('--conditions='));
const SKIP = Reflect.get(process.features, 'typescript') ? false : 'this Node does not run TypeScript';

/** The block of the page whose first line names this file. */
function blockOf(file: string): string {
  const block = BLOCKS.find((text) => new RegExp(`^(?://|#) ${file}\\n`).test(text));
  assert.ok(block !== undefined, file);
  return block;
}

const BLOCKS = [...PAGE.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, text = '']) => text);

/** Speaks to a server: resolves to what it answers to a line, and then closes. */
async function ask(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(`${line}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

describe('docs/daemon.md', { skip: SKIP }, () => {
  let folder: string;

  // Inside the repository, so that packages are found as they are by a user.
  before(() => {
    folder = mkdtempSync(resolve('test', '.blocks-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const file of ['capitals.ts', 'app.ts', 'app.toml']) {
      // A port of its own, and no port for metrics that may be taken.
      const text = blockOf(file).replaceAll('tcp:8050', 'tcp:0').replace('"9464"', '"0"');
      writeFileSync(join(folder, file), text);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const coupletd = (...words: readonly string[]): [string, ...string[]] => [
    process.execPath,
    ...FLAGS,
    COMMAND,
    ...words,
    '--rundir',
    folder,
  ];

  test('its application and configuration are right', async () => {
    const { status, output, errors } = await run(
      coupletd('check', join(folder, 'app.ts'), '--config', join(folder, 'app.toml')),
    );
    assert.deepEqual([status, errors], [0, '']);
    assert.match(output, /^shout: 2 workers, /);
  });

  test('its application answers by two workers, with its configuration, and by node alone', {
    timeout: 60_000,
  }, async (t) => {
    const daemon = start(
      coupletd('run', join(folder, 'app.ts'), '--config', join(folder, 'app.toml'), '--control', 'none'),
    );
    daemon.stderr?.pipe(process.stderr);
    t.after(() => daemon.kill('SIGKILL'));
    let port: number | undefined;
    // Its log is a file, as the page has it.
    const log = join(folder, 'shout.log');
    while (port === undefined) {
      assert.equal(daemon.exitCode, null);
      await new Promise((resume) => setTimeout(resume, 50));
      port = portIn(log);
    }
    assert.equal(await ask(port, 'two lines'), 'TWO LINES!\r\n');
    daemon.kill('SIGTERM');
    assert.deepEqual(await once(daemon, 'exit'), [0, null]);
    assert.match(
      readFileSync(log, 'utf8'),
      /"event":"connection","service":"lines".*"event":"daemon.ended","status":0/s,
    );

    const alone = start([process.execPath, ...FLAGS, join(folder, 'app.ts')]);
    t.after(() => alone.kill('SIGKILL'));
    let said = '';
    for await (const text of alone.stderr ?? []) {
      said += String(text);
      const [, own] = /host=127\.0\.0\.1:(\d+)/.exec(said) ?? [];
      if (own === undefined) continue;
      assert.equal(await ask(Number(own), 'two lines'), 'TWO LINES!\r\n');
      break;
    }
    alone.kill('SIGTERM');
    assert.deepEqual(await once(alone, 'exit'), [0, null]);
  });
});

/** The port of the service, once its daemon is ready. */
function portIn(log: string): number | undefined {
  try {
    const text = readFileSync(log, 'utf8');
    const [, port] = /"listening","service":"lines".*"host":"127\.0\.0\.1:(\d+)"/.exec(text) ?? [];
    if (!text.includes('"daemon.ready"')) return undefined;
    return port === undefined ? undefined : Number(port);
  } catch {
    return undefined;
  }
}
