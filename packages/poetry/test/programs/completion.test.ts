import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { optionsOf, run } from '../real/program.ts';

const PROGRAMS = ['slowpoetry', 'fastpoetry', 'get-poetry', 'transformedpoetry', 'poetry-proxy', 'couplet-nc'];
const OPTIONS = { timeout: 60_000 };

function skip(shell: string): string | false {
  return spawnSync(shell, ['--version']).error === undefined ? false : `${shell} is not installed`;
}

/** What a shell prints when it runs a text. */
function printed(shell: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(shell, words, { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout;
}

describe('completion in fish', { skip: skip('fish') }, () => {
  for (const name of PROGRAMS) {
    it(`C-4: parses, and offers every option of ${name} --help`, OPTIONS, async () => {
      const { stdout: script } = await run(name, 'completion', 'fish');
      printed('fish', '--no-config', '-n', '-c', script);
      const complete = (line: string): readonly string[] =>
        printed('fish', '--no-config', '-c', `${script}\ncomplete -C '${line}'`)
          .trimEnd()
          .split('\n')
          .map((offer) => offer.split('\t')[0] ?? '');
      assert.deepEqual(complete(`${name} --`).toSorted(), (await optionsOf(name)).toSorted());
      assert.deepEqual(complete(`${name} completion `).toSorted(), ['bash', 'fish', 'powershell', 'zsh']);
    });
  }
});

describe('completion in zsh', { skip: skip('zsh') }, () => {
  for (const name of PROGRAMS) {
    it(`C-4: parses, and offers every option of ${name} --help`, OPTIONS, async () => {
      const { stdout: script } = await run(name, 'completion', 'zsh');
      printed('zsh', '-f', '-n', '-c', script);
      // `_arguments` runs only while a line is edited: here it prints what it is given, as what it would offer.
      const stub = `compdef() {}; _arguments() { print -rl -- "$@" }; words=(${name} --); CURRENT=3`;
      const called = `_${name.replaceAll('-', '_')}`;
      const specs = printed('zsh', '-f', '-c', `${stub}\n${script}\n${called}`).split('\n');
      const options = specs.flatMap((spec) => /^(?:\([^)]*\))?\*?(--[\w-]+)(?:=-)?\[/.exec(spec)?.[1] ?? []);
      assert.deepEqual(options, await optionsOf(name));
      // The short forms too.
      const { stdout: help } = await run(name, '--help');
      const short = Array.from(help.matchAll(/^ {2}(-\w), /gm), ([, option = '']) => option);
      const offered = specs.flatMap((spec) => /^(?:\([^)]*\))?\*?(-\w)\[/.exec(spec)?.[1] ?? []);
      assert.deepEqual(offered.toSorted(), short.toSorted());
    });
  }
});
