import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';

const SCRIPT = resolve('scripts/commits.mjs');

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-commits-'));
});
after(() => rmSync(folder, { recursive: true }));

/** Runs the check in a folder that is no repository. */
function check(...words: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { PATH } = process.env;
  const env = { PATH, GIT_CEILING_DIRECTORIES: tmpdir() };
  return spawnSync(process.execPath, [SCRIPT, ...words], { encoding: 'utf8', cwd: folder, env });
}

/** What the hook says to a message; empty when it takes it. */
function verdict(message: string): string {
  const file = join(folder, 'COMMIT_EDITMSG');
  writeFileSync(file, message);
  const { status, stderr } = check(file);
  assert.equal(status, stderr === '' ? 0 : 1);
  return stderr;
}

describe('the check of commits', () => {
  const good = [
    'fix(engine): bound a close from what the wire has\n\nIt waited for ever.\n',
    'feat(protocol)!: pass errors on\n\nThey were dropped.\n\nBREAKING CHANGE: handle them.\n',
    'docs: describe the errors\n',
    'test(sim): focus on resets\n# Please enter the commit message\n',
    'docs: draw a line\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n',
    `build: ${'x'.repeat(65)}`,
    'Merge branch main\n',
  ];
  for (const message of good) test(`takes '${message.split('\n', 1)}'`, () => assert.equal(verdict(message), ''));

  const bad = {
    'Add a thing': /is not 'type\(scope\): subject'/,
    'feature: add a thing': /is not 'type\(scope\): subject'/,
    'docs(The Page): add a thing': /is not 'type\(scope\): subject'/,
    'docs:add a thing': /is not 'type\(scope\): subject'/,
    '': /is not 'type\(scope\): subject'/,
    'docs: Add a thing': /small letter/,
    'docs: added a thing': /'added' is not imperative/,
    'docs: adding a thing': /'adding' is not imperative/,
    'docs: adds a thing': /'adds' is not imperative/,
    'docs: the thing': /'the' is not imperative/,
    'docs: add a thing.': /full stop/,
    [`build: ${'x'.repeat(66)}`]: /longer than 72 columns/,
    'docs: add a thing\nand another': /the line after the subject is not empty/,
    'fix(engine): add a thing': /a fix needs a body/,
    'perf: add a thing\n\nSigned-off-by: A <a@example.org>': /a perf needs a body/,
    'refactor!: add a thing\n\nIt was not there.': /BREAKING CHANGE/,
  };
  for (const [message, fault] of Object.entries(bad))
    test(`refuses '${message.split('\n', 1)}'`, () => assert.match(verdict(message), fault));

  test('names what it refuses', () => {
    assert.equal(
      verdict('docs: Add it.'),
      [
        'this commit: docs: Add it.',
        '  the subject does not begin with a small letter',
        '  the subject ends with a full stop',
        '',
      ].join('\n'),
    );
  });

  test('says that it checks nothing without the history, and passes', () => {
    const { status, stdout } = check();
    assert.equal(status, 0);
    assert.match(stdout, /^commits are not checked: \w+ is not in this history/);
  });
});

test('the changelog has groups, and no line of a merge', () => {
  const lines = readFileSync('CHANGELOG.md', 'utf8').split('\n');
  const groups = new Set(lines.filter((line) => line.startsWith('### ')).map((line) => line.slice(4)));
  for (const group of groups)
    assert.ok(['What you must change', 'Added', 'Fixed', 'Faster', 'Changed'].includes(group), group);
  assert.ok(groups.size > 1);
  for (const line of lines) assert.match(line, /^(?:$|- (?!Merge )|#{1,3} )/);
});
