import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { Player } from '../player/player.ts';

const { PATH } = process.env;

describe('a console of a page is played', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'couplet-player-')));
    writeFileSync(
      join(folder, 'server.sh'),
      'trap "echo bye; exit" INT; echo serving on $$:80; while :; do sleep 0.01; done',
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  async function play(...lines: readonly string[]): Promise<void> {
    await using player = new Player(folder, { PATH });
    await player.play({ kind: 'fence', line: 1, language: 'console', words: '', text: lines.join('\n') });
  }

  test('what it prints is what the page shows, with dots for what it leaves out', async () => {
    await play('$ echo one; echo two >&2', 'one', 'two');
    await play('$ echo one two three; seq 9', 'one ... three', '...', '9');
    await play('$ true');
    await assert.rejects(play('$ echo one', 'two'), /^Error: line 2: \$ echo one\nit prints something else/);
    await assert.rejects(play('$ echo one'), /something else/);
    await assert.rejects(play('$ echo one; echo two', 'one'), /something else/);
    await assert.rejects(play('$ true', 'one'), /something else/);
    await assert.rejects(play('one'), /begins with a command/);
  });

  test('what a line tells is used by later ones', async () => {
    await play(
      '$ echo port 4711',
      'port {port}',
      '$ echo {port} again',
      '{port} again',
      `$ sh -c 'echo $' \\`,
      '  {port}',
      '...',
    );
    await assert.rejects(play('$ echo port 4711', 'port {port}', '$ echo 4712', '{port}'), /something else/);
    await assert.rejects(play('$ echo {port}'), /tells \{port\}/);
  });

  test('a command that stays is awaited until it has printed what is shown, and ended with the page', async () => {
    const began = Date.now();
    await play('$ sh server.sh &', 'serving on {pid}:80', '$ kill -0 {pid}', '$ echo beside', 'beside');
    assert.ok(Date.now() - began < 5000);
    await assert.rejects(play('$ echo no server &', 'serving on {port}'), /something else/);
  });

  test('Ctrl-C interrupts one that does not end by itself', async () => {
    await play('$ sh server.sh', 'serving on ...', '^C', 'bye');
    await assert.rejects(play('$ sh server.sh', 'serving on ...', '^C', 'ciao'), /something else/);
  });

  test('a command runs where the one before has gone', async () => {
    await play('$ mkdir -p inner', '$ cd inner', '$ pwd', join(folder, 'inner'));
  });
});
