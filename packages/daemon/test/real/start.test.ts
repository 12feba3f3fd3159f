import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, watch } from 'node:fs';
import * as nodeModule from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { NOT_ROOT } from '../run.ts';
import { ask, Client } from './client.ts';
import { LONG } from './size.ts';
import { Stage } from './stage.ts';
import { talk } from './talk.ts';

/** For `skip`: where /proc tells of processes. */
const LINUX = process.platform === 'linux' ? false : 'it looks at /proc';
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** A port that something else has until the test is over. */
async function taken(t: { after(fn: () => void): void }): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port below 1024 that nothing has. */
async function lowPort(): Promise<number> {
  for (let port = 1023; port > 0; port -= 1) {
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('all ports are taken');
}

function listen(port: number): string {
  return `service.talk.listen=["tcp:${port}:interface=127.0.0.1"]`;
}

/** Where imports can be recorded, also the line of a file that another one imports is known. */
const NONE = 'registerHooks' in nodeModule ? /\/none\.js:3: SyntaxError: / : /\/other\.js: SyntaxError: /;

/** What /proc says of a process, by the name. */
function statusOf(pid: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(
    lines.map((line): [string, string] => [line.replace(/:.*/, ''), line.replace(/^[^:]*:\s*/, '').trim()]),
  );
}

/** For `skip`: Node 20 opens all modules of a program at once, and needs more descriptors for that than anything later. */
const MANY_AT_ONCE = process.versions.node.startsWith('20.') && 'Node 20 itself runs out of descriptors first';

describe('a start', { timeout: 240_000 }, () => {
  test('R-D15 with a port that is taken ends with 69 and one line, and starts no worker', async (t) => {
    const port = await taken(t);
    const daemon = new Stage(t).run(['--set', listen(port)]);
    assert.deepEqual(await daemon.ended, {
      status: 69,
      errors: `coupletd: cannot listen on 'tcp:${port}:interface=127.0.0.1': the address is in use\n`,
    });
    assert.deepEqual(daemon.lines, []);
  });

  test('R-D15 with port 80 and without privileges ends with 77 and one line', { skip: NOT_ROOT }, async (t) => {
    if (Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= 80) return;
    const stage = new Stage(t);
    const daemon = stage.run(['--set', listen(80), '--control', 'none'], { launcher: NOBODY });
    assert.deepEqual(await daemon.ended, {
      status: 77,
      errors: "coupletd: cannot listen on 'tcp:80:interface=127.0.0.1': permission denied\n",
    });
    assert.deepEqual(daemon.lines, []);
  });

  test('R-D15 without descriptors ends with 71 and one line', { skip: LINUX || MANY_AT_ONCE }, async (t) => {
    // With fewer than some Node itself does not start.
    const daemon = new Stage(t).run(['--control', 'none'], { launcher: ['prlimit', '--nofile=25'] });
    const { status, errors } = await daemon.ended;
    assert.match(
      errors,
      /^coupletd: cannot start a (?:process|worker)[^\n]*: this process has as many open files [^\n]+\n$/,
    );
    assert.equal(status, 71);
  });

  test('R-D18 as root binds a low port, drops, and runs the application as that user alone', {
    skip: NOT_ROOT,
  }, async (t) => {
    const stage = new Stage(t);
    const theirs = join(stage.folder, 'theirs');
    mkdirSync(theirs);
    chownSync(theirs, 65_534, 65_533);
    const before = `import { appendFileSync } from 'node:fs';
appendFileSync('theirs/ids', JSON.stringify([process.getuid(), process.getgid(), process.getgroups()]) + '\\n');`;
    stage.write('app.js', talk({ before }));
    const port = await lowPort();
    const words = ['--uid', '65534', '--gid', '65533', '--groups', '7,11', '--control', 'theirs/control.sock'];
    const daemon = stage.run([...words, '--set', listen(port), '--workers', '2', '--log-file', 'theirs/log']);
    await written(theirs, 'log', 'daemon.ready');
    const pid = Number.parseInt(await ask(port, 'who'), 10);
    const four = (id: number): string => Array.from({ length: 4 }, () => id).join('\t');
    for (const one of [daemon.pid, pid]) {
      const status = statusOf(one);
      assert.deepEqual(
        [status.get('Uid'), status.get('Gid'), status.get('Groups')],
        [four(65_534), four(65_533), '7 11'],
      );
      assert.deepEqual([status.get('CapEff'), status.get('CapPrm')], ['0'.repeat(16), '0'.repeat(16)]);
    }
    const log = statSync(join(theirs, 'log'));
    assert.deepEqual([log.uid, log.gid, (log.mode & 0o777).toString(8)], [65_534, 65_533, '640']);
    const control = statSync(join(theirs, 'control.sock'));
    assert.deepEqual([control.uid, (control.mode & 0o777).toString(8)], [65_534, '600']);
    // It was imported by the process that describes it, and by both workers.
    daemon.signal('SIGTERM');
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
    const ids = readFileSync(join(theirs, 'ids'), 'utf8').trim().split('\n');
    for (const line of ids) {
      const [uid, gid, groups] = JSON.parse(line);
      const further = groups.filter((group: number) => group !== gid);
      assert.deepEqual([uid, gid, further], [65_534, 65_533, [7, 11]]);
    }
    assert.equal(ids.length, 3);
  });

  test('R-D19 with UV_USE_IO_URING and --uid ends with 78 and one line', { skip: NOT_ROOT }, async (t) => {
    const daemon = new Stage(t).run(['--uid', '65534', '--gid', '65533'], { environment: { UV_USE_IO_URING: '1' } });
    assert.deepEqual(await daemon.ended, {
      status: 78,
      errors: 'coupletd: UV_USE_IO_URING is set, and privileges cannot be dropped with it: unset it\n',
    });
  });

  test('R-D20 a second time ends with 69 and the number of the first', async (t) => {
    const stage = new Stage(t);
    const first = stage.run();
    await first.ready();
    const second = stage.run();
    const { status, errors } = await second.ended;
    assert.equal(status, 69);
    assert.match(errors, new RegExp(`^coupletd: already running, pid ${first.pid}\\b[^\\n]*\\n$`));
    assert.equal(first.workers.length, 1);
    first.signal('SIGKILL');
    await first.ended;
    const third = stage.run();
    assert.match(await ask(await third.ready(), 'who'), /^\d+ one$/);
  });

  test('R-D31 --daemonize ends with 0 when it listens, and with the line and status of what failed', async (t) => {
    const stage = new Stage(t);
    const words = ['--daemonize', '--log-file', 'log', '--pidfile', 'pid'];
    const port = await taken(t);
    assert.deepEqual(await stage.run([...words, '--set', listen(port)]).ended, {
      status: 69,
      errors: `coupletd: cannot listen on 'tcp:${port}:interface=127.0.0.1': the address is in use\n`,
    });
    const parent = stage.run(words);
    assert.deepEqual(await parent.ended, { status: 0, errors: '' });
    const pid = Number(readFileSync(join(stage.folder, 'pid'), 'utf8'));
    t.after(() => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    });
    assert.notEqual(pid, parent.pid);
    await written(stage.folder, 'log', '"service":"talk"');
    const log = readFileSync(join(stage.folder, 'log'), 'utf8');
    const [, host = ''] = /"service":"talk".*"host":"127\.0\.0\.1:(\d+)"/.exec(log) ?? [];
    assert.match(await ask(Number(host), 'who'), /^\d+ one$/);
    assert.deepEqual(await parent.ask('stop'), { status: 0, output: '', errors: '' });
    assert.match(readFileSync(join(stage.folder, 'log'), 'utf8'), /"event":"daemon.ended","status":0/);
    assert.throws(() => statSync(join(stage.folder, 'pid')), { code: 'ENOENT' });
  });

  for (const [what, text, status, line] of [
    ['is not there', undefined, 66, /^there is no application at \/\S+\/other\.js$/],
    ['is no JavaScript', '\nconst = 1;\n', 70, /^\/\S+\/other\.js:2: SyntaxError: Unexpected token '='$/],
    ['imports what is none', "import './app.js';\nimport './none.js';\n", 70, NONE],
    [
      'throws',
      '\n\nnull.table;\n',
      70,
      /^\/\S+\/other\.js:3: TypeError: Cannot read properties of null \(reading 'table'\)$/,
    ],
    [
      'has two services of one name',
      "import { application, TimerService } from 'coupletd';\n\nconst tick = () => new TimerService('a', { everyMs: 1 }, () => {});\nexport default application('b', [tick(), tick()]);\n",
      70,
      /^the services of b: RangeError: two services have the name 'a'$/,
    ],
    [
      'gives a service a wrong time',
      "import { application, TimerService } from 'coupletd';\n\nexport default application('b', [\n  new TimerService('a', { everyMs: -1 }, () => {})]);\n",
      70,
      /^\/\S+\/other\.js:4: RangeError: everyMs is -1, not a number of milliseconds above 0$/,
    ],
    ['exports nothing', 'export const app = 1;\n', 70, /^\/\S+\/other\.js does not export an application by default/],
    [
      'is never imported',
      'await new Promise((resolve) => setTimeout(resolve, 60_000));\n',
      75,
      /^the application is not imported within 1 s$/,
    ],
  ] as const)
    test(`R-D33 of an application that ${what} ends with ${status} and one line`, async (t) => {
      const stage = new Stage(t);
      stage.write('none.js', '\n\nthis is none\n');
      if (text !== undefined) stage.write('other.js', text);
      const ready = status === 75 ? ['--ready-timeout', '1'] : [];
      const ended = await stage.start(['run', 'other.js', '--control', 'none', ...ready]).ended;
      assert.match(ended.errors, /^coupletd: [^\n]+\n$/);
      assert.match(ended.errors.slice('coupletd: '.length, -1), line);
      assert.equal(ended.status, status);
    });

  test('R-D33 of a folder in place of an application ends with 66 and one line', async (t) => {
    const stage = new Stage(t);
    const ended = await stage.start(['run', '.', '--control', 'none']).ended;
    assert.deepEqual(ended, { status: 66, errors: `coupletd: there is no application at ${stage.folder}\n` });
  });

  for (const [what, words, signal, group] of [
    ['a start', ['run', 'other.js', '--control', 'none'], 'SIGTERM', false],
    // As a terminal does.
    ['a check', ['check', 'other.js'], 'SIGINT', true],
  ] as const)
    test(`R-D16 ${what} that a signal ends leaves no process that imports without end`, { skip: LINUX }, async (t) => {
      const stage = new Stage(t);
      stage.write(
        'other.js',
        "import { writeFileSync } from 'node:fs';\nwriteFileSync('pid', process.pid + ' ');\nfor (;;);\n",
      );
      const daemon = stage.start(words, { group });
      await written(stage.folder, 'pid', ' ');
      const pid = Number(readFileSync(join(stage.folder, 'pid'), 'utf8'));
      let left = false;
      const late = setTimeout(() => {
        left = true;
        process.kill(pid, 'SIGKILL');
      }, 5000);
      process.kill(group ? -daemon.pid : daemon.pid, signal);
      // Its output ends with the last process that has it.
      await daemon.ended;
      clearTimeout(late);
      assert.equal(left, false);
    });

  test('with --ready-fd of what is not open ends with 78, before anything is opened that could have its number', async (t) => {
    const daemon = new Stage(t).start(['run', 'none.js', '--control', 'none', '--ready-fd', '99']);
    assert.deepEqual(await daemon.ended, {
      status: 78,
      errors: 'coupletd: --ready-fd 99: that is not a descriptor of a pipe, socket or file\n',
    });
  });

  for (const [words, status, line] of [
    [['--rundir', 'nowhere'], 78, /^cannot enter the rundir \/\S+\/nowhere: no such file or directory$/],
  ] as const)
    test(`R-D30 check refuses ${words.join(' ')} as run does, with ${status} and the same line`, async (t) => {
      const stage = new Stage(t);
      const said = await Promise.all(
        ['check', 'run'].map(async (command) => {
          const { status, errors } = await stage.start([command, 'app.js', '--control', 'none', ...words]).ended;
          return { status, errors };
        }),
      );
      assert.deepEqual(said[0], said[1]);
      assert.equal(said[0]?.status, status);
      assert.match(`${said[0]?.errors.slice('coupletd: '.length, -1)}`, line);
    });

  test('a built-in service serves, and says in its log where', async (t) => {
    const daemon = new Stage(t).start(['echo', '--listen', 'tcp:0:interface=127.0.0.1', '--control', 'none']);
    const client = new Client(await daemon.ready('echo'), 'Festina lente.');
    assert.equal(await client.answered(), 'Festina lente.\n');
    daemon.signal('SIGTERM');
    client.socket.end();
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
  });

  test('a built-in service serves within a second, with at most 1.5 s of processor time in all processes', {
    skip: LONG || LINUX,
  }, async (t) => {
    const stage = new Stage(t);
    const before = timeOfChildren();
    const from = performance.now();
    const daemon = stage.start(['echo', '--listen', 'tcp:0:interface=127.0.0.1', '--control', 'none']);
    const client = new Client(await daemon.ready('echo'), 'Festina lente.');
    await client.answered();
    const ms = performance.now() - from;
    client.socket.end();
    daemon.signal('SIGTERM');
    await daemon.ended;
    const seconds = timeOfChildren() - before;
    t.diagnostic(
      `it served after ${ms.toFixed()} ms, and took ${seconds.toFixed(2)} s of processor time until its end`,
    );
    assert.ok(ms < 1000, `${ms} ms`);
    assert.ok(seconds <= 1.5, `${seconds} s`);
  });
});

/** The processor time of all children that have ended, and of theirs, in seconds. */
function timeOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Waits until a file of a folder has that text. */
async function written(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const has = (): boolean => existsSync(path) && readFileSync(path, 'utf8').includes(text);
  const watcher = watch(folder);
  while (!has()) await once(watcher, 'change');
  watcher.close();
}
