import { execFile } from 'node:child_process';
import { extname, join } from 'node:path';
import process from 'node:process';
import { flags } from 'couplet-test/runtime';

/** How a program has ended. */
export interface Ended {
  readonly status: number | string | null;
  readonly output: string;
  readonly errors: string;
}

const { COUPLET_NATIVE_FULL: full } = process.env;

/** Whether tests take the large numbers of `npm run soak`. */
export const FULL: boolean = full !== undefined;

/** Runs a program of the fixtures until it ends, or has taken too many seconds. Its status is the signal that ended it, where one did. */
export function run(
  fixture: string,
  words: readonly (string | number)[],
  { seconds, environment = {} }: { seconds: number; environment?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const program = join(import.meta.dirname, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
  const options = {
    env: { ...process.env, ...environment },
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  } as const;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...flags, program, ...words.map(String)],
      options,
      (error, output, errors) => resolve({ status: error?.signal ?? error?.code ?? 0, output, errors }),
    );
  });
}
