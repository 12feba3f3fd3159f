import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { blocksOf } from '../../markdown.ts';
import { read } from '../../pages.ts';
import { Player } from '../../player/player.ts';
import { Workplace } from '../../player/workplace.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = 'site/pages/guide/ten-minutes.md';
const STEPS = join(ROOT, 'site/steps/01-ten-minutes');
const POEMS = { ecstasy: 30, fascination: 10, science: 10 };

/** How long all minutes may take, without what npm installs. */
const MOST_MS = 90_000;

/** What is played in each minute, in its order. Two of them end with the status of their test. */
const MINUTES: Readonly<Record<number, string>> = {
  1: `$ npx slowpoetry --num-bytes 20 --delay 0.2 poem.txt &
Serving poem.txt on port {port}.
$ nc 127.0.0.1 {port} < /dev/null
To make a prairie it takes a clover and one bee,
...`,
  2: `${Object.entries(POEMS)
    .map(
      ([name, bytes]) => `$ npx slowpoetry --num-bytes ${bytes} ${name}.txt &
Serving ${name}.txt on port {${name}}.`,
    )
    .join('\n')}
$ npx get-poetry --compare --timeline both.html {ecstasy} {fascination} {science}
...
All at once: 0:00:{at} instead of 0:00:{sum}, 2.{tenth} times as fast`,
  4: `$ node shout-bytes.ts &
Shout on 127.0.0.1:{shout}
$ printf 'hello\\r\\n' | nc -N 127.0.0.1 {shout}
HELLO`,
  5: `$ node --test cuts.ts; echo "status $?"
...
  Error: entry 1 is write(bytes "H\\r\\nELLO...cut at byte 1...
...
status 1`,
  7: `$ node --test shout.test.ts; echo "status $?"
...
ℹ pass 1
ℹ fail 0
...
status 0`,
  8: `$ node --test rough.test.ts; echo "status $?"
...
ℹ fail 0
...
status 0`,
  9: `$ node limited.ts &
Shout on 127.0.0.1:{limited}
$ (echo one; sleep 9) | nc 127.0.0.1 {limited} &
ONE
$ (echo two; sleep 9) | nc 127.0.0.1 {limited} &
TWO
$ nc 127.0.0.1 {limited} < /dev/null
Too many connections, try later`,
};

const fence = (text: string) => ({ kind: 'fence', line: 0, language: 'console', words: '', text }) as const;

describe('the first ten minutes, in an empty folder', () => {
  let place: Workplace;

  before(async () => {
    place = await Workplace.begin(ROOT);
    mkdirSync(join(place.folder, 'minutes'));
    writeFileSync(join(place.folder, 'minutes/package.json'), '{ "private": true, "type": "module" }\n');
    await place.npm('minutes', 'install', 'couplet', 'couplet-inspector', 'coupletd', 'poetry');
  });
  after(() => place[Symbol.asyncDispose]());

  test('S-7: they are red at minute 5, green at 7 and at the end, and take at most 90 s', {
    timeout: 300_000,
  }, async (t) => {
    await using player = new Player(join(place.folder, 'minutes'), place.env);
    for (const file of readdirSync(STEPS)) player.copy(join(STEPS, file));
    for (const name of Object.keys(POEMS)) player.copy(join(ROOT, `poetry/${name}.txt`));
    const begun = performance.now();
    for (const [minute, text] of Object.entries(MINUTES)) {
      const from = performance.now();
      await player.play(fence(text));
      t.diagnostic(`minute ${minute}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
    }
    const ms = performance.now() - begun;
    assert.ok(ms <= MOST_MS, `they take ${ms} ms`);
    assert.match(readFileSync(join(place.folder, 'minutes/both.html'), 'utf8'), /^<!doctype html>/i);
  });

  test('S-7: each command of the page is among them, or is a test that the page alone has', () => {
    const played = Object.values(MINUTES).join('\n');
    const shown = blocksOf(read(ROOT, PAGE)).flatMap((block) =>
      block.kind === 'fence' && block.language === 'console' ? (block.text.match(/^\$ .*/gm) ?? []) : [],
    );
    const missing = shown.filter((line) => !played.includes(line) && !/draft\.ts/.test(line));
    assert.deepEqual(missing, []);
  });

  describe('npm create couplet', () => {
    before(async () => {
      await place.npm('.', 'create', 'couplet', 'hello');
      await place.npm('hello', 'install');
    });

    test('makes a project that passes its test', { timeout: 120_000 }, async () => {
      const files = readdirSync(join(place.folder, 'hello'));
      assert.deepEqual(
        files.filter((name) => !['node_modules', 'package-lock.json', 'package.json'].includes(name)).sort(),
        ['hello.service', 'server.test.ts', 'server.ts', 'tsconfig.json'],
      );
      await place.npm('hello', 'test');
    });

    test('S-14: compiles under TypeScript 6 and 7', async () => {
      await place.npm('hello', 'run', 'check');
      const tsc = join(ROOT, 'test/node_modules/typescript/bin/tsc');
      const options = { cwd: join(place.folder, 'hello'), encoding: 'utf8' } as const;
      assert.match(spawnSync(process.execPath, [tsc, '--version'], options).stdout, /^Version 6\./);
      const { status, stdout } = spawnSync(process.execPath, [tsc], options);
      assert.deepEqual([status, stdout], [0, '']);
    });

    test('serves where it is told, and answers in capitals', async () => {
      await using player = new Player(join(place.folder, 'hello'), place.env);
      await player.play(
        fence(`$ node server.ts tcp:0:interface=127.0.0.1 &
listening on 127.0.0.1:{port}
$ printf 'hello\\r\\n' | nc -N 127.0.0.1 {port}
HELLO`),
      );
    });

    test('has a unit that systemd takes', () => {
      const unit = join(place.folder, 'hello/hello.service');
      // The folder and the program that it names are not there.
      const text = readFileSync(unit, 'utf8')
        .replaceAll('/srv/hello', join(place.folder, 'hello'))
        .replace('/usr/bin/node', process.execPath);
      writeFileSync(unit, text);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });
  });
});
