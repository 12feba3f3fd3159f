import assert from 'node:assert/strict';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { flags, runtime } from 'couplet-test/runtime';

/** Of each test: Deno knows none of a suite. */
const TIMEOUT = { timeout: 30_000 };
/** What the runtime reads at once. */
const LARGEST_CHUNK = runtime === 'bun' ? 2 ** 19 : 2 ** 16;
const FIXTURE = join(import.meta.dirname, 'fixtures', `stdio${extname(import.meta.filename)}`);
const folder = mkdtempSync(join(tmpdir(), 'couplet-stdio-'));
const children: ChildProcess[] = [];

after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** The fixture in a process of its own. */
class Served {
  /** What it tells on standard error, a line each; complete when `ended` resolves. */
  readonly told: string[] = [];
  /** The exit status. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #tell: () => void = () => {};

  /** A `script` is one of sh(1) in which `"$@"` stands for the program. */
  constructor(way: string, { script = 'exec "$@"', stdio }: { script?: string; stdio?: StdioOptions } = {}) {
    const program = [process.execPath, ...flags, FIXTURE, way];
    const child = spawn('sh', ['-c', script, 'sh', ...program], { stdio: stdio ?? 'pipe' });
    children.push(child);
    this.#child = child;
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      this.told.splice(0, Number.POSITIVE_INFINITY, ...text.split('\n').slice(0, -1));
      this.#tell();
    });
    this.ended = once(child, 'close').then(([code]) => code);
  }

  get input(): Writable {
    if (this.#child.stdin === null) throw new Error('its input is a file');
    return this.#child.stdin;
  }

  get output(): Readable {
    if (this.#child.stdout === null) throw new Error('its output is a file');
    return this.#child.stdout;
  }

  /** Resolves when it has told a line like that. */
  async tells(line: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const told of this.told) {
        const match = line.exec(told);
        if (match !== null) return match;
      }
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
      });
    }
  }
}

/** What a port tells that has served one connection. */
function lifeOf(...end: string[]): string[] {
  return ['PipeAddress()', ...end, 'PipeAddress() stopped'];
}

describe('R35 standard input and output', () => {
  test(
    'R35 sockets: what is said is answered, and with the connection the port and the process end',
    TIMEOUT,
    async () => {
      const served = new Served('echo');
      served.input.write('verse');
      assert.equal(String((await once(served.output, 'data'))[0]), 'verse');
      served.input.end(' and rhyme');
      assert.equal(String(await buffer(served.output)), ' and rhyme');
      assert.equal(await served.ended, 0);
      assert.deepEqual(served.told, lifeOf('ConnectionDone'));
    },
  );

  test('R20 an attempt that is cancelled takes nothing: the next one gets them', TIMEOUT, async () => {
    const served = new Served('cancel');
    assert.equal(String(await buffer(served.output)), '');
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, ['the second is connected']);
  });

  test(
    'R6 who reads the output sees its end when the connection is aborted, whether or not the process goes on',
    TIMEOUT,
    async () => {
      const served = new Served('abort');
      served.input.on('error', () => {});
      served.input.write('verse');
      assert.equal(String(await buffer(served.output)), '');
      await served.tells(/stopped$/);
      assert.deepEqual(served.told, lifeOf('ConnectionAborted'));
    },
  );

  test('R35 what is opened afterwards is neither standard input nor output', TIMEOUT, async () => {
    const served = new Served('open');
    served.input.write('verse');
    await once(served.output, 'data');
    served.input.end();
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, lifeOf('ConnectionDone', 'opened others'));
  });

  test('R35 pipes', TIMEOUT, async () => {
    const served = new Served('echo', { script: 'printf "one\\ntwo\\n" | "$@" | cat' });
    assert.equal(String(await buffer(served.output)), 'one\ntwo\n');
    await served.ended;
    assert.deepEqual(served.told, lifeOf('ConnectionDone'));
  });

  test('R35 files', TIMEOUT, async () => {
    const [input, output] = [join(folder, 'input'), join(folder, 'output')];
    const poem = Buffer.alloc(300_000, 'A couplet is two lines that rhyme.\n');
    writeFileSync(input, poem);
    const files = [openSync(input, 'r'), openSync(output, 'w')];
    const served = new Served('echo', { stdio: [...files, 'pipe'] });
    for (const file of files) closeSync(file);
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, lifeOf('ConnectionDone'));
    assert.ok(readFileSync(output).equals(poem));
  });

  test('R35 no input at all', TIMEOUT, async () => {
    const served = new Served('answer', { stdio: ['ignore', 'pipe', 'pipe'] });
    assert.equal(String(await buffer(served.output)), '0 bytes\n');
    assert.equal(await served.ended, 0);
  });

  for (const way of ['answer', 'nap']) {
    test(`R7 a pipe that has ended before the program begins, with ${way}`, TIMEOUT, async () => {
      const served = new Served(way, { script: 'true | { sleep 0.1; "$@"; } | cat' });
      assert.equal(String(await buffer(served.output)), '0 bytes\n');
      await served.ended;
      assert.deepEqual(served.told, lifeOf('ConnectionDone'));
    });

    test(`R7 a socket whose peer has ended before the program begins, with ${way}`, TIMEOUT, async () => {
      const served = new Served(way, { script: 'sleep 0.1; exec "$@"' });
      served.input.end();
      assert.equal(String(await buffer(served.output)), '0 bytes\n');
      assert.equal(await served.ended, 0);
      assert.deepEqual(served.told, lifeOf('ConnectionDone'));
    });
  }

  test('R3 input that cannot be read ends the connection with the reason', TIMEOUT, async () => {
    const served = new Served('answer', { script: 'exec "$@" <.' });
    assert.equal(String(await buffer(served.output)), '');
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, lifeOf('ConnectionLost'));
  });

  test('R7 an answer after the end of input arrives', TIMEOUT, async () => {
    const served = new Served('answer');
    served.input.end(Buffer.alloc(1_000_000));
    assert.equal(String(await buffer(served.output)), '1000000 bytes\n');
    await served.ended;
    assert.deepEqual(served.told, lifeOf('ConnectionDone'));
  });

  test('R7 the end of output shows on a socket while input goes on', TIMEOUT, async () => {
    const served = new Served('listen');
    assert.equal(String(await buffer(served.output)), 'go on\n');
    served.input.end('verse');
    await served.ended;
    assert.deepEqual(served.told, lifeOf('heard everything', 'ConnectionDone'));
  });

  test('R7 the end of output shows on a pipe while input goes on', TIMEOUT, async () => {
    const served = new Served('listen', { script: '"$@" | { cat; echo ended; }' });
    let heard = '';
    served.output.on('data', (data) => {
      heard += data;
      if (heard === 'go on\nended\n') served.input.end('verse');
    });
    await served.ended;
    assert.deepEqual(served.told, lifeOf('heard everything', 'ConnectionDone'));
  });

  test('R3 a reader that leaves early ends the connection, not the process', TIMEOUT, async () => {
    const served = new Served('flood', { script: '"$@" | head -c 10' });
    assert.equal(String(await buffer(served.output)), 'verse vers');
    await served.ended;
    assert.match(served.told.join(' '), /^PipeAddress\(\) full at \d+ PipeAddress\(\) stopped ConnectionLost$/);
  });

  test('R15 a slow reader is felt by the sender', TIMEOUT, async () => {
    const served = new Served('flood');
    const [, full] = await served.tells(/^full at (\d+)$/);
    assert.ok(Number(full) < 2 ** 20, `${full} bytes were taken before anybody read`);
    assert.equal((await buffer(served.output)).length, 20 * 2 ** 20);
    served.input.end();
    assert.equal(await served.ended, 0);
    assert.equal(served.told.at(-2), 'ConnectionDone');
  });

  test('R14 a protocol that pauses is felt by the writer', TIMEOUT, async () => {
    const served = new Served('sleep');
    served.input.end(Buffer.alloc(20 * 2 ** 20));
    const [, first] = await served.tells(/^heard (\d+) bytes$/);
    assert.ok(Number(first) <= LARGEST_CHUNK, `${first} bytes came while it was paused`);
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told.slice(2), [`heard ${20 * 2 ** 20} bytes`, 'ConnectionDone', 'PipeAddress() stopped']);
  });

  test('R14 the end of input that comes while a protocol pauses is heard when it goes on', TIMEOUT, async () => {
    const served = new Served('sleep');
    served.input.end('verse');
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, lifeOf('heard 5 bytes', 'heard 5 bytes', 'ConnectionDone'));
  });

  test('R9 a factory that refuses closes at once', TIMEOUT, async () => {
    const served = new Served('refuse');
    assert.equal(String(await buffer(served.output)), '');
    assert.equal(await served.ended, 0);
    assert.deepEqual(served.told, lifeOf());
  });

  test('R16 they can be taken once', TIMEOUT, async () => {
    const served = new Served('twice');
    served.input.end('verse');
    assert.equal(String(await buffer(served.output)), 'verse');
    assert.equal(await served.ended, 0);
    const why = 'stdio: this process has already used standard input and output';
    assert.deepEqual(served.told.slice(0, 2), [`CannotListenError: cannot listen on ${why}`, `ConnectError: ${why}`]);
  });

  test('R40 a client at standard input and output', TIMEOUT, async () => {
    const served = new Served('client');
    assert.equal(String((await once(served.output, 'data'))[0]), 'hello\r\n');
    served.input.end('verse\r\n');
    assert.equal(String(await buffer(served.output)), 'verse, thanks\r\n');
    assert.equal(await served.ended, 0);
  });
});
