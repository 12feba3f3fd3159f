import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { optionsOf, run } from './program.ts';

const NO_BASH = spawnSync('bash', ['--version']).error === undefined ? false : 'bash is not installed';
const OPTIONS = { timeout: 20_000 };

/** What bash offers for words, of which the last one is being typed. */
function offered(file: string, ...words: readonly string[]): readonly string[] {
  const lines = `source ${file}
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    $(complete -p "$1" | sed -E 's/.*-F ([^ ]+) .*/\\1/') 2> >(grep -v compopt >&2)
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', lines, 'bash', ...words], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', { skip: NO_BASH }, () => {
  /** The file with the script for bash. */
  async function scriptOf(t: TestContext, name: string): Promise<string> {
    const { status, stdout, stderr } = await run(name, 'completion', 'bash');
    assert.deepEqual([status, stderr], [0, '']);
    const folder = mkdtempSync(join(tmpdir(), 'poetry-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'completion.bash');
    writeFileSync(file, stdout);
    return file;
  }

  for (const name of ['slowpoetry', 'fastpoetry', 'get-poetry', 'transformedpoetry', 'poetry-proxy', 'couplet-nc']) {
    it(`C-4: bash offers every option of ${name} --help`, OPTIONS, async (t) => {
      const [file, options] = await Promise.all([scriptOf(t, name), optionsOf(name)]);
      assert.equal(spawnSync('bash', ['-n', file]).status, 0);
      assert.ok(options.length >= 4);
      assert.deepEqual(offered(file, name, '--'), options);
      assert.deepEqual(offered(file, name, '--ver'), ['--version']);
      assert.deepEqual(offered(file, name, 'comp'), ['completion']);
      assert.deepEqual(offered(file, name, 'completion', ''), ['bash', 'zsh', 'fish', 'powershell']);
    });
  }

  it('C-4: bash offers the values of an option, and nothing where it cannot know them', OPTIONS, async (t) => {
    const file = await scriptOf(t, 'get-poetry');
    assert.deepEqual(offered(file, 'get-poetry', '10000', '--progress', 'a'), ['auto', 'always']);
    assert.deepEqual(offered(file, 'get-poetry', '--progress', '=', 'n'), ['never']);
    assert.deepEqual(offered(file, 'get-poetry', '--progress', '='), ['auto', 'always', 'never']);
    assert.deepEqual(offered(file, 'get-poetry', '--timeout', '-'), []);
    assert.deepEqual(offered(file, 'get-poetry', '10000', 'comp'), []);
    assert.deepEqual(offered(file, 'get-poetry', '--json', '--', '--ti'), []);
  });

  it('C-4: bash takes no word behind an option for its value that may be missing', OPTIONS, async (t) => {
    const file = await scriptOf(t, 'slowpoetry');
    assert.deepEqual(offered(file, 'slowpoetry', '--inspect', '--del'), ['--delay']);
    assert.deepEqual(offered(file, 'slowpoetry', '--inspect', '=', '--del'), []);
    assert.deepEqual(offered(file, 'slowpoetry', '--delay', '--del'), []);
  });
});
