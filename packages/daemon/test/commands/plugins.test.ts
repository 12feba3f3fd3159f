import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { command } from './stage.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'coupletd-')));
after(() => rmSync(root, { recursive: true }));

/** Writes a package.json in a folder of the stage. */
function manifest(folder: string, content: unknown): void {
  const path = join(root, folder, 'package.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

manifest('', {
  dependencies: { 'poetry-service': '1', plain: '1', gone: '1', broken: '1' },
  devDependencies: { '@some/chat': '1', 'first-twin': '1', 'second-twin': '1' },
});
const inner = join(root, 'src/deep');
mkdirSync(inner, { recursive: true });
manifest('node_modules/poetry-service', {
  coupletd: { poetry: { module: './dist/plugin.js', summary: 'serves poems' }, echo: './echo.js' },
});
manifest('node_modules/plain', { name: 'plain' });
manifest('node_modules/broken', '{');
manifest('node_modules/@some/chat', { coupletd: { chat: './chat.js', bad: 5, Bad: './x.js', out: '../x.js' } });
manifest('node_modules/first-twin', { coupletd: { twin: './1.js' } });
manifest('node_modules/second-twin', { coupletd: { twin: './2.js' } });
manifest('node_modules/indirect', { coupletd: { indirect: './i.js' } });
manifest('node_modules/odd', { coupletd: ['x'] });

const at = { directory: inner };

describe('plug-ins', () => {
  test('are found among the direct dependencies; what follows the name goes unread', async () => {
    const { launched, error } = await command(
      ['--workers', '2', 'poetry', '--delay', '1', '--help', '--workers', 'x'],
      at,
    );
    assert.equal(error, '');
    assert.deepEqual(launched?.launch.program, {
      kind: 'plugin',
      module: join(root, 'node_modules/poetry-service/dist/plugin.js'),
      name: 'poetry',
      words: ['--delay', '1', '--help', '--workers', 'x'],
    });
    assert.equal(launched?.launch.configuration.options.workers, 2);
  });

  for (const [words, inspect, rest] of [
    [['poetry', '--inspect', '--delay', '1'], 'tcp:0:interface=127.0.0.1', ['--delay', '1']],
    [['poetry', '--delay', '1', '--inspect=tcp:9229'], 'tcp:9229', ['--delay', '1']],
    [['--inspect', 'poetry', '--inspect=off'], 'off', []],
    [['--inspect', 'poetry'], 'tcp:0:interface=127.0.0.1', []],
    [['poetry', '--', '--inspect', '--inspect=tcp:1'], 'off', ['--', '--inspect', '--inspect=tcp:1']],
  ] as const)
    test(`--inspect may stand behind the name: ${words.join(' ')}`, async () => {
      const { launched, error } = await command(words, at);
      assert.equal(error, '');
      assert.ok(launched?.launch.program.kind === 'plugin');
      assert.deepEqual(launched.launch.program.words, rest);
      assert.equal(launched.launch.configuration.options.inspect, inspect);
    });

  test('may be declared as a path alone, by a package with a scope', async () => {
    const { launched } = await command(['chat'], at);
    assert.deepEqual(launched?.launch.program, {
      kind: 'plugin',
      module: join(root, 'node_modules/@some/chat/chat.js'),
      name: 'chat',
      words: [],
    });
  });

  test('may be checked by their name', async () => {
    const { launched } = await command(['check', 'chat'], at);
    const module = join(root, 'node_modules/@some/chat/chat.js');
    assert.deepEqual(
      [launched?.how, launched?.launch.program],
      ['check', { kind: 'plugin', module, name: 'chat', words: [] }],
    );
  });

  test('are in the help', async () => {
    const { out } = await command(['--help'], at);
    assert.match(
      out,
      /\n\nPlug-ins \(options of run go before the name, --inspect also after it\):\n {2}poetry {5}serves poems\n {2}chat {7}of @some\/chat\n/,
    );
    assert.doesNotMatch(out, /indirect|echo\.js/);
  });

  test('do not take the place of a command', async () => {
    const { launched } = await command(['echo', '--listen', 'tcp:0'], at);
    assert.equal(launched?.launch.program.kind, 'builtIn');
  });

  test('are those of --plugin alone where that is given', async () => {
    const { launched } = await command(['--plugin', 'indirect', 'indirect'], at);
    assert.equal(
      launched?.launch.program.kind === 'plugin' && launched.launch.program.module,
      join(root, 'node_modules/indirect/i.js'),
    );
    const twin = await command(['--plugin', 'second-twin', 'twin'], at);
    assert.equal(
      twin.launched?.launch.program.kind === 'plugin' && twin.launched.launch.program.module,
      join(root, 'node_modules/second-twin/2.js'),
    );
  });

  for (const [words, status, line] of [
    [['twin'], 64, "first-twin and second-twin both have a plug-in 'twin': say which by --plugin NAME"],
    [['--plugin', 'poetry-service', 'potery'], 64, "'potery' is not a command or a plug-in; did you mean 'poetry'?"],
    [['--plugin', 'poetry-service', 'chat'], 64, "'chat' is not a command or a plug-in"],
    [['--plugin', 'nope', 'x'], 66, "--plugin 'nope': no such package is installed"],
    [['--plugin', '../plain', 'x'], 66, "--plugin '../plain': no such package is installed"],
    [
      ['--plugin', 'odd', 'xyzzy'],
      64,
      "'xyzzy' is not a command or a plug-in (odd: coupletd in its package.json is a list, not an object)",
    ],
    [
      ['bad'],
      64,
      '\'bad\' is not a command or a plug-in (@some/chat: the plug-in \'bad\' is not the path of a module, or { "module": path, "summary": text })',
    ],
    [['--wrokers', '2', 'poetry'], 64, "unknown option '--wrokers'; did you mean '--workers'?"],
    [['--workers', 'x', 'poetry'], 64, "--workers is 'x', not a whole number from 0 to 1024, or 'auto'"],
  ] as const)
    test(`${words.join(' ')}: ${status}`, async () => {
      assert.deepEqual(await command(words, at), {
        status,
        out: '',
        error: `coupletd: ${line}\n`,
        launched: undefined,
      });
    });
});
