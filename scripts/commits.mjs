// Checks the messages of all commits since the base, or, as the hook `commit-msg`, the one in the file that it is given.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** The last commit before these rules. */
const BASE = 'a99f2be';

const TYPES = ['feat', 'fix', 'perf', 'refactor', 'test', 'docs', 'build', 'chore'];
/** They are in the changelog: the body says why, and what happened before. */
const EXPLAINED = ['feat', 'fix', 'perf', 'refactor'];
const COLUMNS = 72;
const SUBJECT = new RegExp(`^(${TYPES.join('|')})(?:\\([a-z][a-z0-9-]*\\))?(!?): (.+)$`);

/** Words that look as if they were not imperative, but are. */
const VERBS = /^(?:alias|bias|bring|embed|exceed|feed|focus|need|ping|proceed|seed|shed|shred|speed|string|succeed)$/;
/** What is no verb, or one in another form: `added`, `adding`, `adds`. */
const OTHERS = /^(?:an?|the|this|that|these|its?|now|what|when|why|how|no|more|.+ed|.+ing|.*[^s]s)$/;

const TRAILER = /^[A-Z][A-Za-z]*(?:-[A-Za-z]+)+: /;

/** What is wrong with a message; nothing for that of a merge. */
function faultsOf(message) {
  const [subject = '', second = '', ...rest] = message.trimEnd().split('\n');
  if (subject.startsWith('Merge ')) return [];
  const faults = [];
  if ([...subject].length > COLUMNS) faults.push(`the subject is longer than ${COLUMNS} columns`);
  const [, type, breaks, what] = SUBJECT.exec(subject) ?? [];
  if (type === undefined)
    return [...faults, `the subject is not 'type(scope): subject', with a type of ${TYPES.join(', ')}`];
  const [verb = ''] = what.split(/[\s,:]/);
  if (!/^[a-z]/.test(verb)) faults.push('the subject does not begin with a small letter');
  else if (OTHERS.test(verb) && !VERBS.test(verb)) faults.push(`'${verb}' is not imperative`);
  if (what.endsWith('.')) faults.push('the subject ends with a full stop');
  if (second !== '') faults.push('the line after the subject is not empty');
  const body = rest.filter((line) => line.trim() !== '' && !TRAILER.test(line));
  if (EXPLAINED.includes(type) && body.length === 0)
    faults.push(`a ${type} needs a body: why, and what happened before`);
  if (breaks === '!' && !rest.some((line) => /^BREAKING CHANGE: \S/.test(line)))
    faults.push("a '!' needs a footer 'BREAKING CHANGE: ' that says what users must change");
  return faults;
}

/** What an editor leaves of a message: no comments, and nothing below the line that git cuts at. */
function written(text) {
  const [kept = ''] = text.split(/^# -+ >8 -+$/m);
  return kept.replace(/^#.*\n?/gm, '').trimStart();
}

function git(...words) {
  return spawnSync('git', words, { encoding: 'utf8', maxBuffer: 1e8 });
}

/** Each commit's short hash with its message; undefined where this is no repository, or not one with the base in its history. */
function commits() {
  if (git('merge-base', '--is-ancestor', BASE, 'HEAD').status !== 0) return undefined;
  const { stdout } = git('log', '--no-merges', '-z', '--format=%h%n%B', `${BASE}..HEAD`);
  return stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]);
}

const [file] = process.argv.slice(2);
const messages = file === undefined ? commits() : [['this commit', written(readFileSync(file, 'utf8'))]];
if (messages === undefined)
  console.log(`commits are not checked: ${BASE} is not in this history (a shallow clone, or no git)`);
let wrong = 0;
for (const [name, message] of messages ?? []) {
  const faults = faultsOf(message);
  if (faults.length === 0) continue;
  wrong += 1;
  console.error(`${name}: ${message.split('\n', 1).join()}`);
  for (const fault of faults) console.error(`  ${fault}`);
}
if (messages !== undefined && file === undefined) console.log(`${messages.length} commits checked, ${wrong} refused`);
if (wrong > 0) process.exitCode = 1;
