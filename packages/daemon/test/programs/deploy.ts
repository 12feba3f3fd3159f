import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the files for deployment. */
export const DEPLOY: string = join(import.meta.dirname, '../../../../deploy');

/** The text of one of those files. */
export function deployed(name: string): string {
  return readFileSync(join(DEPLOY, name), 'utf8');
}

/** Runs a program to its end: its status, and all that it said. */
export function outcome(program: string, words: readonly string[], input = ''): readonly [number | null, string] {
  const { status, stdout, stderr, error } = spawnSync(program, words, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return [status, `${stdout}${stderr}`];
}
