import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { poemFolder } from '../../src/protocols/poem.ts';
import { script } from './client.ts';
import { run, serve, start } from './program.ts';

const SCIENCE = join(poemFolder(), 'science.txt');
const CHINESE = join(poemFolder(), 'jiangjinjiu.txt');
const OPTIONS = { timeout: 20_000 };
/** Ten pieces. */
const SLOW = ['--num-bytes', '65', '--delay', '0.02', '--concurrency', '0'];
/** As long as the nine waits between ten pieces: timers are never early. */
const LEAST_MS = 180;

/** What the last line says. */
function totalMs(stdout: string): number {
  const [, seconds] = /^Got \d+ poems? in 0:00:(\d\d(?:\.\d{6})?)\n$/m.exec(stdout) ?? [];
  return 1000 * Number(seconds);
}

/** What a line of `--json` may have. */
interface Event {
  readonly ms: number;
  readonly event: string;
  readonly task?: number;
  readonly bytes?: number;
  readonly poems?: number;
  readonly blocking?: boolean;
  readonly tasks?: readonly unknown[];
  readonly reason?: string;
  readonly poem?: string;
}

function sumOf(events: readonly Event[]): number {
  return events.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

describe('get-poetry', () => {
  it('downloads from all at once', OPTIONS, async (t) => {
    const size = (await readFile(SCIENCE)).length;
    const { port: one } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const { port: two } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const { status, stdout, stderr } = await run('get-poetry', `${one}`, `localhost:${two}`);
    assert.deepEqual([status, stderr], [0, '']);
    const lines = stdout.split('\n');
    assert.deepEqual(lines.slice(-4, -2), [`Task 1: ${size} bytes of poetry`, `Task 2: ${size} bytes of poetry`]);
    assert.ok(totalMs(stdout) >= LEAST_MS);
    for (const [task, name] of [
      [1, `127.0.0.1:${one}`],
      [2, `localhost:${two}`],
    ] as const) {
      const chunks = lines.map((line) =>
        new RegExp(`^Task ${task}: got (\\d+) bytes of poetry from ${name}$`).exec(line),
      );
      const sum = chunks.reduce((total, chunk) => total + Number(chunk?.[1] ?? 0), 0);
      assert.equal(sum, size);
      assert.ok(lines.indexOf(`Task ${task} finished`) > chunks.findLastIndex((chunk) => chunk !== null));
    }
    // Both were under way before either was done.
    const started = [`from 127.0.0.1:${one}`, `from localhost:${two}`].map((end) =>
      lines.findIndex((line) => line.endsWith(end)),
    );
    assert.ok(Math.max(...started) < lines.findIndex((line) => line.endsWith('finished')));
  });

  it('downloads one after the other with --blocking', OPTIONS, async (t) => {
    const size = (await readFile(SCIENCE)).length;
    const { port } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const { status, stdout, stderr } = await run('get-poetry', '--blocking', `${port}`, `:${port}`);
    assert.deepEqual([status, stderr], [0, '']);
    const name = `127.0.0.1:${port}`;
    const time = '0:00:\\d\\d\\.\\d+';
    const lines = [1, 2].map(
      (task) =>
        `Task ${task}: get poetry from: ${name}\nTask ${task}: got ${size} bytes of poetry from ${name} in ${time}\n`,
    );
    assert.match(stdout, new RegExp(`^${lines.join('')}Got 2 poems in ${time}\n$`));
    assert.ok(totalMs(stdout) >= 2 * LEAST_MS);
  });

  it('prints poems whole, whatever the pieces', OPTIONS, async (t) => {
    const poem = await readFile(CHINESE, 'utf8');
    const { port } = await serve(t, 'slowpoetry', CHINESE, '--num-bytes', '5', '--delay', '0');
    const { status, stdout } = await run('get-poetry', '--print', `${port}`);
    assert.equal(status, 0);
    const size = Buffer.byteLength(poem);
    const end = stdout.slice(stdout.indexOf('Task 1 finished'), stdout.lastIndexOf('Got'));
    assert.equal(end, `Task 1 finished\nTask 1: ${size} bytes of poetry\n${poem}`);
  });

  it('reads a UNIX socket, and connects to it once', OPTIONS, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'poetry-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'poetry.sock');
    let clients = 0;
    const server = createServer((client) => {
      clients += 1;
      client.end('a line');
    }).listen(path);
    t.after(() => server.close());
    await once(server, 'listening');
    const { status, stdout } = await run('get-poetry', '--blocking', '--print', `unix:${path}`);
    assert.deepEqual([status, clients], [0, 1]);
    assert.match(
      stdout,
      new RegExp(`^Task 1: get poetry from: unix:${path}\nTask 1: got 6 bytes .*\na line\nGot 1 poem `),
    );
  });
});

describe('get-poetry whose output is not a terminal', () => {
  it(
    'C-1: prints the lines of the tutorial to the byte, without escape sequences, whatever the environment says',
    OPTIONS,
    async (t) => {
      const port = await script(t, (client) => client.end('a line\n'));
      const before = { ...process.env };
      Object.assign(process.env, { FORCE_COLOR: '3', TERM: 'xterm-256color' });
      // Node warns of both.
      Reflect.deleteProperty(process.env, 'NO_COLOR');
      t.after(() => {
        for (const name of ['FORCE_COLOR', 'NO_COLOR', 'TERM']) {
          if (before[name] === undefined) delete process.env[name];
          else process.env[name] = before[name];
        }
      });
      const place = `127.0.0.1:${port}`;
      const time = '0:00:00\\.\\d{6}';
      const lines = {
        '--blocking': `Task 1: get poetry from: ${place}\nTask 1: got 7 bytes of poetry from ${place} in ${time}\nTask 2: get poetry from: 127.0.0.1:${CLOSED_PORT}\n`,
        '--print': `Task 1: got 7 bytes of poetry from ${place}\nTask 1 finished\nTask 1: 7 bytes of poetry\na line\n`,
      };
      for (const [mode, text] of Object.entries(lines)) {
        const { status, stdout, stderr } = await run('get-poetry', mode, `${port}`, `${CLOSED_PORT}`);
        assert.deepEqual([status, stderr], [1, `Task 2: 127.0.0.1:${CLOSED_PORT}: connection refused\n`]);
        assert.match(stdout, new RegExp(`^${text}Got 1 poem in ${time}\n$`));
      }
    },
  );

  it('C-5: says 1 poem and 2 poems', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end('a line\n'));
    for (const [count, words] of [
      [1, '1 poem'],
      [2, '2 poems'],
    ] as const) {
      const { stdout } = await run('get-poetry', ...Array.from({ length: count }, () => `${port}`));
      assert.match(stdout, new RegExp(`^Got ${words} in `, 'm'));
    }
  });
});

describe('get-poetry --json', () => {
  /** The events that it prints for these words. */
  async function eventsOf(...words: readonly string[]): Promise<{ events: readonly Event[]; stderr: string }> {
    const { stdout, stderr } = await run('get-poetry', '--json', ...words);
    assert.ok(stdout.endsWith('\n'));
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    return { events: lines.map((line) => JSON.parse(line)), stderr };
  }

  it('C-5: prints a line for each event, and the sums agree with the last one', OPTIONS, async (t) => {
    const { port: slow } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const port = await script(t, (client) => client.end('a line\n'));
    for (const mode of [[], ['--blocking']]) {
      const { events, stderr } = await eventsOf(...mode, `${slow}`, `${CLOSED_PORT}`, `${port}`);
      assert.equal(stderr, `Task 2: 127.0.0.1:${CLOSED_PORT}: connection refused\n`);
      assert.deepEqual(
        [events[0]?.event, events[0]?.blocking, events[0]?.tasks?.length],
        ['begun', mode.length > 0, 3],
      );
      const last = events.at(-1);
      assert.deepEqual([last?.event, last?.poems], ['ended', 2]);
      const finished = events.filter(({ event }) => event === 'finished');
      assert.equal(finished.length, 2);
      assert.equal(sumOf(finished), last?.bytes);
      assert.equal(sumOf(events.filter(({ event }) => event === 'chunk')), last?.bytes);
      for (const { task, bytes } of finished)
        assert.equal(sumOf(events.filter((one) => one.event === 'chunk' && one.task === task)), bytes);
      const [failed] = events.filter(({ event }) => event === 'failed');
      assert.equal(failed?.reason, `127.0.0.1:${CLOSED_PORT}: connection refused`);
      const times = events.map(({ ms }) => ms);
      assert.deepEqual(
        times,
        times.toSorted((one, other) => one - other),
      );
    }
  });

  it('C-5: has the poem in the event of its end if that is to be printed', OPTIONS, async (t) => {
    const poem = 'a line\n\u202e\u{e0041}\u001b[2J\n';
    const port = await script(t, (client) => client.end(poem));
    const printed = await eventsOf('--print', `${port}`);
    assert.equal(printed.events.find(({ event }) => event === 'finished')?.poem, poem);
    const { events } = await eventsOf(`${port}`);
    assert.equal(
      events.some((event) => 'poem' in event),
      false,
    );
  });
});

describe('a task of get-poetry that fails', () => {
  it('says so, and leaves the others alone', OPTIONS, async (t) => {
    const good = await script(t, (client) => client.end('a line\n'));
    const empty = await script(t, (client) => client.end());
    const errors = [
      `Task 1: 127.0.0.1:${CLOSED_PORT}: connection refused`,
      `Task 3: 127.0.0.1:${empty}: closed without any poetry`,
    ];
    for (const mode of [[], ['--blocking']]) {
      const { status, stdout, stderr } = await run('get-poetry', ...mode, `${CLOSED_PORT}`, `${good}`, `${empty}`);
      assert.equal(status, 1);
      assert.deepEqual(stderr.trimEnd().split('\n').sort(), errors);
      assert.match(stdout, /^Task 2: (got )?7 bytes of poetry/m);
      assert.match(stdout, /\nGot 1 poem in 0:00:\d\d\.\d+\n$/);
    }
  });

  it('was reset in mid-poem', OPTIONS, async (t) => {
    const clients: Socket[] = [];
    const port = await script(t, (client) => {
      clients.push(client);
      client.write('half');
    });
    const program = start(t, 'get-poetry', `${port}`);
    // A reset that is there before the data was read is an orderly end to Node 20.
    await program.printed(/^Task 1: got 4 bytes/);
    for (const client of clients) client.resetAndDestroy();
    const { status, stderr } = await program.ended;
    assert.deepEqual([status, stderr], [1, `Task 1: 127.0.0.1:${port}: connection reset by peer\n`]);
  });

  it('took longer than --timeout', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.write('half'));
    for (const mode of [[], ['--blocking']]) {
      const { status, stdout, stderr } = await run('get-poetry', ...mode, '--timeout', '0.2', `${port}`);
      assert.deepEqual([status, stderr], [1, `Task 1: 127.0.0.1:${port}: no poem within 0.2 s\n`]);
      assert.match(stdout, /^Got 0 poems in 0:00:\d\d\.\d+\n$/m);
    }
  });

  it('has got fewer or more bytes than expected', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end('123456789'));
    const expected = ['--expect-bytes', '10', '--expect-bytes', '9', '--expect-bytes', '8'];
    const { status, stdout, stderr } = await run(
      'get-poetry',
      '--blocking',
      ...expected,
      `${port}`,
      `${port}`,
      `${port}`,
    );
    assert.equal(status, 1);
    const name = `127.0.0.1:${port}`;
    assert.deepEqual(stderr.split('\n'), [
      `Task 1: ${name}: got 9 bytes of poetry, expected 10`,
      `Task 3: ${name}: got 9 bytes of poetry, expected 8`,
      '',
    ]);
    assert.match(stdout, /^Got 1 poem/m);
  });

  it('takes an empty poem when told to expect it', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end());
    assert.equal((await run('get-poetry', '--expect-bytes', '0', `${port}`)).status, 0);
  });

  it('stops at --max-bytes', OPTIONS, async (t) => {
    const port = await script(t, (client) => {
      const more = (): void => {
        if (client.writable) client.write(Buffer.alloc(65_536), more);
      };
      more();
    });
    const { status, stderr } = await run('get-poetry', '--max-bytes', '1000000', `${port}`);
    assert.deepEqual([status, stderr], [1, `Task 1: 127.0.0.1:${port}: more than 1000000 bytes of poetry\n`]);
  });

  it('names a host that does not resolve', OPTIONS, async () => {
    const { status, stdout, stderr } = await run('get-poetry', 'poetry.invalid:10000');
    assert.equal(status, 1);
    assert.match(stderr, /^Task 1: poetry\.invalid:10000: host (not found|lookup failed \(\w+\))\n$/);
    assert.match(stdout, /^Got 0 poems in /);
  });
});

describe('get-poetry whose output nobody reads', () => {
  it('ends without a word', OPTIONS, async (t) => {
    const { port } = await serve(t, 'slowpoetry', SCIENCE, '--num-bytes', '1', '--delay', '0.01');
    const program = start(t, 'get-poetry', `${port}`);
    await program.printed(/\n/);
    program.child.stdout.destroy();
    const { status, stderr } = await program.ended;
    assert.deepEqual([status, stderr], [1, '']);
  });
});
