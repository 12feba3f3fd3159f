// Runs the test of an exercise of the guide: `npm run exercise N`. It is red until site/exercises/NN-name/task.ts is solved.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const EXERCISES = join(import.meta.dirname, '../site/exercises');

/** The folders of all exercises by their numbers. */
const folders = new Map(
  readdirSync(EXERCISES)
    .filter((name) => /^\d\d-/.test(name))
    .sort()
    .map((name) => [Number.parseInt(name, 10), name]),
);
const words = process.argv.slice(2);
const folder = words.length === 1 ? folders.get(Number(words[0])) : undefined;
if (folder === undefined) {
  const asked = words.length === 1 ? `There is no exercise ${words[0]}.` : 'Say which exercise: npm run exercise N.';
  console.error(`${asked} There are:`);
  for (const [number, name] of folders) console.error(`  ${number}  site/exercises/${name}`);
  process.exit(2);
}
const file = join(EXERCISES, folder, 'task.test.ts');
const options = ['--conditions=couplet-source', '--test-reporter=spec'];
const { status } = spawnSync(process.execPath, [...options, file], { stdio: 'inherit' });
if (status !== 0)
  console.error(`Edit site/exercises/${folder}/task.ts and run this again; solution.ts beside it is one way.`);
process.exitCode = status ?? 1;
