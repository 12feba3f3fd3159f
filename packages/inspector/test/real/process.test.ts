import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { reactor } from 'couplet';
import { flags, runtime as platform } from 'couplet-test/runtime';
import { frameOf, streamOf } from '../ask.ts';

const { COUPLET_BACKEND } = process.env;
/** What the reactor of the program says that it runs on. */
const own = COUPLET_BACKEND === 'native' ? COUPLET_BACKEND : platform;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly notice: string;
  readonly port: number;
}

function run(fixture: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const program = join(import.meta.dirname, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
  const env = { ...process.env, ...environment };
  return spawn(process.execPath, [...flags, program, ...words], { stdio: ['pipe', 'pipe', 'inherit'], env });
}

/** Starts the program, and resolves once it listens. */
async function start(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Started> {
  const child = run('inspected', words, environment);
  if (child.stdout === null) throw new Error('it has no output');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...JSON.parse(line) };
}

/** Ends the input of the program, and resolves to its status. */
async function stop({ child }: Started): Promise<number | null> {
  child.stdin?.end();
  const [status] = await once(child, 'exit');
  return status;
}

/** What a client of an inspector needs. */
function asked({ url }: Started): { client: typeof reactor; url: string; token: string } {
  return { client: reactor, url, token: url.split('#token=')[1] ?? '' };
}

describe('a program with an inspector', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'inspector-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('I-11: ends by itself with 0, though a viewer is there, and leaves no file', async () => {
    const started = await start([], { XDG_RUNTIME_DIR: folder });
    const [, file = ''] = /the file (\S+) has its address$/.exec(started.notice) ?? [];
    assert.ok(file.startsWith(join(folder, 'couplet-inspector-')), started.notice);
    assert.equal(readFileSync(file, 'utf8'), `${started.url}\n`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(started.url, /#token=[\da-f]{32}$/);
    const client = asked(started);
    await using stream = await streamOf(client, '?every=0.2');
    assert.equal((await stream.next()).total, 0);
    const visitors = [1, 2, 3].map(() => connect(started.port, '127.0.0.1'));
    await Promise.all(visitors.map((visitor) => once(visitor, 'connect')));
    let frame = await stream.next();
    while (frame.descriptors.accepted < 3) frame = await stream.next();
    assert.deepEqual([frame.rows.length, frame.ports.length, frame.connectors.length], [3, 1, 0]);
    started.child.stdin?.write('block\n');
    while (frame.loop.held.length === 0) frame = await stream.next();
    const [held] = frame.loop.held;
    assert.ok(held !== undefined && held.ms >= 250 && held.where === 'block', JSON.stringify(held));
    while (frame.loop.lateMs.max < 10) frame = await stream.next();
    assert.equal(await stop(started), 0);
    assert.ok(!existsSync(file));
    for (const visitor of visitors) visitor.destroy();
  });

  test('I-13: works over a UNIX socket of mode 600, without a token', async () => {
    const path = join(folder, 'inspector.sock');
    const started = await start([`unix:${path}`], {});
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual([started.url, started.notice], [`unix:${path}`, `inspector: unix:${path}`]);
    const { ports, runtime } = await frameOf({ client: reactor, url: started.url });
    assert.deepEqual([ports.map(({ host }) => host), runtime], [[`127.0.0.1:${started.port}`], own]);
    assert.equal(await stop(started), 0);
    assert.ok(!existsSync(path));
  });

  test('has its file among temporary ones where the folder of the user is none', async () => {
    const started = await start([], { XDG_RUNTIME_DIR: join(folder, 'none'), TMPDIR: folder });
    const [, file = ''] = /the file (\S+) has its address$/.exec(started.notice) ?? [];
    assert.ok(file.startsWith(join(folder, 'couplet-inspector-')), started.notice);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(await stop(started), 0);
    assert.ok(!existsSync(file));
  });

  test('two have tokens of their own', async () => {
    const [one, other] = await Promise.all([
      start([], { XDG_RUNTIME_DIR: folder }),
      start([], { XDG_RUNTIME_DIR: folder }),
    ]);
    await assert.rejects(frameOf({ ...asked(one), token: asked(other).token }), /^Error: 401: /);
    await frameOf(asked(one));
    assert.deepEqual(await Promise.all([stop(one), stop(other)]), [0, 0]);
  });
});

/** Node 20 cannot tell what it loads. */
const untold = !('registerHooks' in nodeModule) && 'this Node has no registerHooks';

test("I-1: import('couplet') loads no module of the inspector, and opens no socket", { skip: untold }, async () => {
  const child = run('not-inspected', []);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  const { modules, sockets }: { modules: readonly string[]; sockets: number } = JSON.parse(output);
  assert.ok(modules.some((url) => url.includes('/couplet/')));
  assert.deepEqual(
    modules.filter((url) => url.includes('/inspector/')),
    [],
  );
  assert.equal(sockets, 0);
});
