import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import process from 'node:process';
import { flags } from 'couplet-test/runtime';

/** How a program is started, and what it wrote. */
export interface Ran {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The command line of a program in the folder `fixtures` beside `folder`. */
export function commandOf(folder: string, fixture: string, words: readonly string[]): [string, ...string[]] {
  const program = join(folder, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
  return [process.execPath, ...flags, program, ...words];
}

/** Starts a command in a process of its own. */
export function start(
  [program, ...words]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv = {},
  stdio: StdioOptions = 'pipe',
): ChildProcess {
  return spawn(program, words, { env: { ...process.env, ...environment }, stdio });
}

/** Runs a command until it has ended and its pipes are closed. */
export async function run(command: readonly [string, ...string[]], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = start(command, environment);
  let [output, errors] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdin?.end();
  const [status] = await once(child, 'close');
  return { status, output, errors };
}

/** For `skip`: why a test cannot run that has to be root; false if it can. */
export const NOT_ROOT: string | false = process.geteuid?.() === 0 ? false : 'it needs root';
