import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { flags } from 'couplet-test/runtime';

/** Runs a program in a process of its own, and returns what it prints. */
export function run(
  text: string,
  variables: NodeJS.ProcessEnv = {},
  words: readonly string[] = [],
): { lines: string[]; status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, '--disable-warning=ExperimentalWarning', '--input-type=module', ...words, '--eval', text],
    { encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...variables } },
  );
  return { lines: `${stdout}${stderr}`.trim().split('\n'), status };
}
