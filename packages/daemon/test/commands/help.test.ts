import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { flagOf, nameOf, OPTION_KEYS } from '../../src/configuration/table.ts';
import { command } from './stage.ts';

const COMMANDS = [
  'run',
  'check',
  'status',
  'reload',
  'stop',
  'echo',
  'discard',
  'chargen',
  'qotd',
  'daytime',
  'time',
  'forward',
  'socks',
];

describe('help', () => {
  for (const words of [['--help'], ...COMMANDS.map((name) => [name, '--help'])])
    test(`coupletd ${words.join(' ')} fits a screen and has examples`, async () => {
      const { status, out, error } = await command(words);
      assert.deepEqual([status, error], [0, '']);
      const lines = out.split('\n');
      assert.ok(lines.length <= 53, `${lines.length} lines`);
      for (const line of lines) assert.ok(line.length <= 80, line);
      const examples = out.slice(out.indexOf('Examples:')).match(/^ {2}coupletd /gm) ?? [];
      assert.ok(examples.length >= 2);
      assert.doesNotMatch(out, /[<>]|undefined|\n\n\n/);
    });

  test('of run has all options of the table, each on one line', async () => {
    const { out } = await command(['run', '--help']);
    const listed = out.match(/^ {2}--[a-z-]+/gm)?.map((text) => text.trim().slice(2));
    assert.deepEqual(
      [...(listed ?? [])].sort(),
      ['config', 'set', ...OPTION_KEYS.map((key) => flagOf(nameOf(key)))].sort(),
    );
    assert.doesNotMatch(out, /^ {20,}\S/m);
  });

  test('lists the commands', async () => {
    const { out } = await command(['--help']);
    for (const name of COMMANDS) assert.match(out, new RegExp(`^ {2}${name} {2,}\\S`, 'm'));
  });

  test('--version is that of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.deepEqual(await command(['--version']), {
      status: 0,
      out: `${manifest.version}\n`,
      error: '',
      launched: undefined,
    });
  });
});
