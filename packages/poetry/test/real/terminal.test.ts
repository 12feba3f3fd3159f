import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { script } from './client.ts';
import { run } from './program.ts';
import { NO_TERMINAL, Terminal } from './terminal.ts';

const OPTIONS = { timeout: 20_000 };

/** A server that sends its poem at once, one that sends the rest when it is told to, and a port without one. */
async function servers(t: TestContext): Promise<{ words: readonly string[]; finish: () => void }> {
  const waiting: Socket[] = [];
  const fast = await script(t, (client) => client.end('a line\n'));
  const slow = await script(t, (client) => {
    client.write('half ');
    waiting.push(client);
  });
  const finish = (): void => {
    for (const client of waiting) client.end('a poem\n');
  };
  return { words: [`${fast}`, `${slow}`, `${CLOSED_PORT}`], finish };
}

/** The lines that stay on the screen, without how long it took. */
function finalLines(words: readonly string[]): readonly string[] {
  return [
    'Task 1 finished',
    'Task 1: 7 bytes of poetry',
    'Task 2 finished',
    'Task 2: 12 bytes of poetry',
    `Task 3: 127.0.0.1:${words[2]}: connection refused`,
    '  is a server there? npm start',
    'Got 2 poems in TIME',
  ].sort();
}

function sorted(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/in 0:00:\d\d\.\d+/, 'in TIME')).toSorted();
}

describe('get-poetry in a terminal', { skip: NO_TERMINAL }, () => {
  for (const [how, environment, coloured] of [
    ['in colours', {}, true],
    ['without colours', { NO_COLOR: '1' }, false],
  ] as const) {
    it(`C-2: shows a block while it downloads, and leaves the lines, ${how}`, OPTIONS, async (t) => {
      const { words, finish } = await servers(t);
      const terminal = new Terminal(t, ['get-poetry', ...words], environment);
      await terminal.shows(
        /\nTask 1 █{8} +7 B .* done .*\nTask 2 [█░]{8} +5 B .* (?:receiving|waiting) .*\nTask 3 ░{8} +0 B +failed .*$/,
      );
      assert.equal(terminal.screen.cursorVisible, false);
      finish();
      assert.equal(await terminal.ended, 1);
      assert.deepEqual(sorted(terminal.lines), finalLines(words));
      assert.equal(terminal.lines.at(-1)?.startsWith('Got 2 poems'), true);
      assert.equal(terminal.screen.cursorVisible, true);
      assert.equal(terminal.screen.colours > 0, coloured);
      assert.ok(terminal.screen.moves > 0);
    });
  }

  it('C-2: has no block and no colours where TERM is dumb: a line for each chunk', OPTIONS, async (t) => {
    const { words, finish } = await servers(t);
    const terminal = new Terminal(t, ['get-poetry', ...words], { TERM: 'dumb' });
    await terminal.shows(/^Task 2: got 5 bytes of poetry from 127.0.0.1:\d+$/m);
    finish();
    assert.equal(await terminal.ended, 1);
    const chunks = terminal.lines.filter((line) => / got \d+ bytes /.test(line));
    assert.deepEqual(sorted(terminal.lines.filter((line) => !chunks.includes(line))), finalLines(words));
    assert.equal(terminal.output.includes(String.fromCharCode(27)), false);
  });

  it('C-2: survives a resize and Ctrl-C: the screen is clean, and has a cursor', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.write('half'));
    const terminal = new Terminal(t, ['get-poetry', '--blocking', `${port}`, `${port}`]);
    // Then nothing is drawn while the size changes.
    await terminal.shows(/\nTask 1 .* 4 B .* waiting .*\nTask 2 .* 0 B .* waiting .*$/);
    terminal.resize(50);
    await terminal.shows(/\nTask 1 .{1,42}\nTask 2 .{1,42}$/);
    terminal.type('\u0003');
    assert.equal(await terminal.ended, 130);
    assert.deepEqual(terminal.lines, [`Task 1: get poetry from: 127.0.0.1:${port}`]);
    assert.equal(terminal.screen.cursorVisible, true);
  });

  it('C-1: what is not a terminal gets its lines to the byte, beside a block', OPTIONS, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'poetry-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'lines');
    const { words, finish } = await servers(t);
    const terminal = new Terminal(t, ['get-poetry', ...words], {}, `> ${file}`);
    await terminal.shows(/\nTask 1 .* done .*\nTask 2 .* 5 B .*\nTask 3 .* failed /);
    finish();
    assert.equal(await terminal.ended, 1);
    assert.deepEqual(
      terminal.lines,
      finalLines(words)
        .filter((line) => /refused|server/.test(line))
        .toReversed(),
    );
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const arrived = lines.filter((line) => line.startsWith('Task 2: got ')).map((line) => Number(line.split(' ')[3]));
    assert.equal(
      arrived.reduce((sum, bytes) => sum + bytes),
      12,
    );
    assert.ok(lines.includes('Task 2 finished'));
    assert.match(lines.at(-1) ?? '', /^Got 2 poems in 0:00:\d\d\.\d+$/);
  });

  it('shows what a poem would make the terminal do, and prints it as it is elsewhere', OPTIONS, async (t) => {
    const poem = 'a\u001b[2J\tb\u009bc\rd\r\n';
    const port = await script(t, (client) => client.end(poem));
    const terminal = new Terminal(t, ['get-poetry', '--print', '--progress', 'never', `${port}`], { TERM: 'dumb' });
    assert.equal(await terminal.ended, 0);
    assert.ok(terminal.output.includes('\na\\u001b[2J\tb\\u009bc\\u000dd\r'), terminal.output);
    assert.ok((await run('get-poetry', '--print', `${port}`)).stdout.includes(`\n${poem}`));
  });

  it('C-3: a hint is a second line', OPTIONS, async (t) => {
    const port = await script(t, () => {});
    const terminal = new Terminal(t, [
      'fastpoetry',
      '--port',
      `${port}`,
      '--iface',
      '127.0.0.1',
      process.argv[1] ?? '',
    ]);
    assert.equal(await terminal.ended, 1);
    assert.match(terminal.lines.join('\n'), /^fastpoetry: cannot listen on .*\n {2}--port 0 takes any free one$/);
  });
});

describe('get-poetry with --progress', () => {
  it('draws a block on what is not a terminal, or none, if it is told to', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end('a line\n'));
    const always = await run('get-poetry', '--progress', 'always', `${port}`);
    assert.match(always.stderr, /Task 1 [█░]{8} /);
    assert.match(
      always.stdout,
      /^Task 1: got 7 bytes .*\nTask 1 finished\nTask 1: 7 bytes of poetry\nGot 1 poem in .*\n$/,
    );
    const never = await run('get-poetry', '--progress', 'never', `${port}`);
    assert.deepEqual([never.status, never.stderr], [0, '']);
  });
});
