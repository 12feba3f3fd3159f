import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, type TestContext, test } from 'node:test';
import { Factory, listen, reactor } from 'couplet';
import { Echo } from 'couplet/protocols';
import { serveInspector } from 'couplet-inspector';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { type Asked, frame, frameServer, type Reply, row } from './frame-server.ts';
import { HAS_SCRIPT, OnTerminal, run } from './program.ts';

const TOKEN = '0123456789abcdef';
const EVIL = row(9, { peer: '\u001b[31m\u009b2J<b>', waiting: 'peer' });

/** An inspector for the time of the test. Returns its authority. */
async function inspector(t: TestContext, reply: (asked: Asked) => Reply, where?: string): Promise<string> {
  const port = await frameServer(where ?? 'tcp:0:interface=127.0.0.1', reply);
  t.after(() => port.stopListening());
  return port.getHost().authority;
}

/** One that answers whoever has the token. */
function guarded(reply: (asked: Asked) => Reply): (asked: Asked) => Reply {
  return (asked) =>
    asked.headers.get('authorization') === `bearer ${TOKEN}` ? reply(asked) : { status: 401, body: 'no token' };
}

/** Frames without end, each when the one before has been taken by `step`; the first at once. */
class Frames {
  #next: (() => void) | undefined;
  asked: Asked | undefined;

  readonly reply = (asked: Asked): Reply => {
    this.asked = asked;
    return { frames: this.#frames(asked) };
  };

  step(): void {
    this.#next?.();
  }

  async *#frames({ parameters }: Asked): AsyncIterable<string> {
    for (let second = 1; ; second += 1) {
      const rows = Array.from({ length: 40 }, (_, at) =>
        row(100 + at, { protocol: `${parameters.get('sort') ?? 'id'}-${parameters.get('filter') ?? ''}` }),
      );
      yield JSON.stringify(frame({ now: second * 1000, rows: [EVIL, ...rows] }));
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
  }
}

describe('couplet-top', () => {
  test('I-13: --once --json prints the frame, in one line that a terminal cannot obey', async (t) => {
    const wanted = frame({ rows: [EVIL] });
    let asked: Asked | undefined;
    const at = await inspector(
      t,
      guarded((one) => {
        asked = one;
        return { status: 200, body: JSON.stringify(wanted) };
      }),
    );
    const args = [
      `http://${at}/#token=${TOKEN}`,
      '--once',
      '--json',
      '--sort',
      'out/s',
      '-n',
      '30',
      '--filter',
      'a b&c',
    ];
    const { status, stdout, stderr } = await run(args);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^\P{Cc}+\n$/u);
    assert.deepEqual(JSON.parse(stdout), wanted);
    assert.equal(asked?.path, '/frame');
    assert.deepEqual(Object.fromEntries(asked?.parameters ?? []), {
      view: 'connections',
      sort: 'outRate',
      descending: 'true',
      filter: 'a b&c',
      limit: '30',
    });
    assert.equal(asked?.headers.get('host'), at);
  });

  test('I-13: it works over a UNIX socket of mode 600, without a token', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-top-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'inspector.sock');
    await inspector(t, () => ({ status: 200, body: JSON.stringify(frame()) }), `unix:${path}:mode=600`);
    const { status, stdout, stderr } = await run([`unix:${path}`, '--once']);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^couplet-top {2}unix:${path}\\b`));
    assert.match(stdout, /^ 9 {2}127\.0\.0\.1:50009 {2}127\.0\.0\.1:10000 {2}SlowPoetry /m);
  });

  test('I-13: so it does with an inspector, whose socket has that mode by itself, and whose URL has a token', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-top-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'inspector.sock');
    const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
    t.after(() => port.stopListening());
    for (const options of [{ listen: `unix:${path}` }, {}]) {
      await using inspector = await serveInspector(reactor, options);
      if (options.listen !== undefined) assert.equal(statSync(path).mode & 0o777, 0o600);
      const { status, stdout, stderr } = await run([inspector.url, '--once', '--json']);
      assert.deepEqual([status, stderr], [0, '']);
      const { ports, rows } = JSON.parse(stdout);
      assert.deepEqual([ports[0].host, rows], [port.getHost().authority, []]);
    }
  });

  test('I-12: the table has escapes in place of control characters', async (t) => {
    const at = await inspector(t, () => ({ status: 200, body: JSON.stringify(frame({ rows: [EVIL] })) }));
    const { stdout } = await run([`http://${at}`]);
    assert.match(stdout, / 9 {2}\\u001b\[31m\\u009b2J<b> {2}/);
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
  });

  test('without --once, --json prints a line for each frame until they end', async (t) => {
    async function* two(): AsyncIterable<string> {
      yield JSON.stringify(frame({ now: 1 }));
      yield JSON.stringify(frame({ now: 2, rows: [row(1, { protocol: '诗'.repeat(2000) })] }));
    }
    const at = await inspector(t, () => ({ frames: two() }));
    const { status, stdout, stderr } = await run([`http://${at}`, '--json']);
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).now),
      [1, 2],
    );
    assert.equal(status, 1);
    assert.equal(stderr, `couplet-top: http://${at}: no more frames come: has the program ended?\n`);
  });

  describe('says in one line what is wrong and what would be right', () => {
    const refusals: readonly (readonly [name: string, reply: Reply, pattern: RegExp])[] = [
      ['no token', { status: 401, body: 'x' }, /it asks for a token: .*#token=.* --token-file FILE/],
      ['a foreign name', { status: 421, body: 'set allowedHosts\n' }, /refused with 421: set allowedHosts$/],
      ['a fifth viewer', { status: 503, body: '4 look\r\nalready' }, /refused with 503: 4 look\\u000d\\nalready$/],
      ['something else', { status: 200, body: '<html>' }, /what it answers is not a frame of this version$/],
    ];
    for (const [name, reply, pattern] of refusals)
      test(name, async (t) => {
        const at = await inspector(t, () => reply);
        const { status, stdout, stderr } = await run([`http://${at}`, '--once'], { COUPLET_TOKEN: '' });
        assert.deepEqual([status, stdout], [1, '']);
        assert.match(stderr, /^couplet-top: \P{Cc}+\n$/u);
        assert.match(stderr.trimEnd(), pattern);
      });

    test('a token of another start', async (t) => {
      const at = await inspector(
        t,
        guarded(() => ({ status: 200, body: JSON.stringify(frame()) })),
      );
      const { status, stderr } = await run([`http://${at}`, '--once'], { COUPLET_TOKEN: 'ffff' });
      assert.equal(status, 1);
      assert.match(stderr, /the token is not the one of its present start: .* --token-file FILE\n$/);
      assert.doesNotMatch(stderr, /ffff/);
    });

    test('nobody there', async () => {
      const { status, stderr } = await run([`http://127.0.0.1:${CLOSED_PORT}`, '--once']);
      assert.equal(status, 1);
      assert.match(stderr, /^couplet-top: http:[^\n]+: nothing listens there: [^\n]+\n$/);
    });

    test('bad usage', async () => {
      const { status, stdout, stderr } = await run(['unix:/a', '--sort', 'size']);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /^couplet-top: --sort: 'size' is not a column: [^\n]+ \(see couplet-top --help\)\n$/);
    });
  });

  test('--help and --version need no inspector', async () => {
    const help = await run(['--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /^Usage: couplet-top /);
    for (const line of help.stdout.split('\n')) assert.ok(line.length <= 120, line);
    const version = await run(['--version']);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

describe('couplet-top on a terminal', { skip: !HAS_SCRIPT && 'there is no script(1)' }, () => {
  test('I-13: a resize and q leave a clean screen', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-top-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const go = join(folder, 'go');
    const frames = new Frames();
    const at = await inspector(t, guarded(frames.reply));
    // The terminal becomes smaller when the file is there.
    const resize = `(until [ -e '${go}' ]; do sleep 0.02; done; stty cols 50 rows 12 < /dev/tty) &`;
    const program = new OnTerminal(t, [`http://${at}/#token=${TOKEN}`], 90, 20, resize);
    await program.shows((lines) => lines.at(-1)?.startsWith('1-13 of 41') === true);
    assert.ok(program.model.alternate);
    assert.ok(!program.model.cursor);
    assert.equal(program.model.lines.length, 20);
    assert.match(program.model.lines.join('\n'), /^ {2}9 {2}\\u001b\[31m\\u009b2J<b> {2}/m);
    writeFileSync(go, '');
    await program.shows((lines) => lines.length === 12 && lines.every((line) => line.length <= 50));
    program.type('q');
    await program.ended();
    assert.ok(!program.model.alternate);
    assert.ok(program.model.cursor);
    assert.deepEqual(program.model.lines.slice(-2), ['status 0', 'icanon']);
    assert.ok(program.output.includes('\u001b[33m  9 '));
  });

  test('keys sort, scroll, pause and filter', async (t) => {
    const frames = new Frames();
    const at = await inspector(t, frames.reply);
    const program = new OnTerminal(t, [`http://${at}`], 120, 20);
    const has = (text: string) => (lines: readonly string[]) => lines.some((line) => line.includes(text));
    await program.shows(has('id-'));
    program.type('S');
    await program.shows(has('age-'));
    assert.equal(frames.asked?.parameters.get('descending'), 'true');
    program.type('\u001b[B');
    await program.shows(has('2-15 of 41'));
    program.type('/a\u007fslow');
    await program.shows(has('filter: slow_'));
    program.type('\r');
    await program.shows(has('age-slow'));
    program.type('p');
    await program.shows(has('PAUSED'));
    program.type('p\u0003');
    await program.ended();
    assert.deepEqual(program.model.lines.slice(-2), ['status 0', 'icanon']);
  });

  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)
    test(`${signal} leaves a clean screen`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'couplet-top-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'pid');
      const at = await inspector(t, new Frames().reply);
      const program = new OnTerminal(t, [`http://${at}`], 80, 20, `sh -c 'echo $$ > ${file}; exec "$@"' -`);
      await program.shows((lines) => lines.length === 20);
      process.kill(Number(readFileSync(file, 'utf8')), signal);
      await program.ended();
      assert.ok(!program.model.alternate && program.model.cursor);
      assert.deepEqual(program.model.lines.slice(-2), [`status ${status}`, 'icanon']);
    });

  for (const [name, before, between] of [
    [
      'gives the screen to a shell until that lets it go on',
      'set -m; job() { "$@"; echo "it has $?"; fg; }; job',
      /it has 148/,
    ],
    ['takes the screen again where there is no shell for that', '', /^(?!.*it has)/s],
  ] as const)
    test(`Ctrl-Z ${name}`, async (t) => {
      const frames = new Frames();
      const at = await inspector(t, frames.reply);
      const program = new OnTerminal(t, [`http://${at}`], 80, 20, before);
      await program.shows((lines) => lines.length === 20);
      program.type('\u001a');
      const taken = (): readonly string[] => program.output.split('\u001b[?1049h');
      await program.shows(() => taken().length > 2);
      const [, left = ''] = taken()[1]?.split('\u001b[?1049l') ?? [];
      assert.match(left, between);
      program.type('q');
      await program.ended();
      assert.ok(!program.model.alternate && program.model.cursor);
      assert.deepEqual(program.model.lines.slice(-2), ['status 0', 'icanon']);
    });

  test('the end of the frames leaves a clean screen, and one line', async (t) => {
    async function* one(): AsyncIterable<string> {
      yield JSON.stringify(frame());
    }
    const at = await inspector(t, () => ({ frames: one() }));
    const program = new OnTerminal(t, [`http://${at}`], 120, 20);
    await program.ended();
    assert.ok(!program.model.alternate && program.model.cursor);
    assert.deepEqual(program.model.lines.slice(-3), [
      `couplet-top: http://${at}: no more frames come: has the program ended?`,
      'status 1',
      'icanon',
    ]);
  });

  test('NO_COLOR leaves out colours, TERM=dumb the screen', async (t) => {
    const frames = new Frames();
    const at = await inspector(t, (asked) =>
      asked.path === '/frame' ? { status: 200, body: JSON.stringify(frame()) } : frames.reply(asked),
    );
    const bare = new OnTerminal(t, [`http://${at}`], 80, 20, 'NO_COLOR=1');
    await bare.shows((lines) => lines.length === 20);
    bare.type('q');
    await bare.ended();
    assert.ok(!bare.output.includes('\u001b[33m'));
    const dumb = new OnTerminal(t, [`http://${at}`], 80, 20, 'TERM=dumb');
    await dumb.ended();
    assert.ok(!dumb.output.includes('\u001b'));
    assert.match(dumb.output, /^id +peer/m);
  });
});
