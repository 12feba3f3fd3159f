import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../configuration/options.ts';
import { codeOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** What a child is started with: a program and its words, the last of which is the module of a worker. */
export type ChildCommand = readonly [program: string, ...words: string[]];

type RuntimeKind = 'node' | 'bun' | 'deno';

/** How each runtime begins what it answers to `--version`. */
const VERSIONS: readonly (readonly [kind: RuntimeKind, pattern: RegExp])[] = [
  ['node', /^v\d+\.\d+/],
  ['deno', /^deno \d+\.\d+/],
  ['bun', /^\d+\.\d+/],
];
const PROBE_MS = 10_000;

/**
 * Finds out by what the describe child and the workers are started. Relative paths are in `folder`. Rejects with a `CommandError` if that
 * is not a runtime, or cannot do what the options ask for.
 */
export async function childCommand({ options, place }: Configuration, folder: string): Promise<ChildCommand> {
  const { runtime, nodeOptions, uid } = options;
  const worker = fileURLToPath(import.meta.resolve('#worker'));
  if (options.workers > 0 && ownKind() !== 'node')
    throw wrong('workers need a supervisor on Node: run coupletd with node, and say --runtime for its workers');
  if (runtime === undefined || runtime === 'node')
    return [process.execPath, ...process.execArgv, ...nodeOptions, worker];
  const program = runtime.includes('/') ? resolve(folder, runtime) : runtime;
  const at = place(['daemon', 'runtime']);
  const kind = await askedKind(program, `${at} is '${runtime}'`);
  if (kind === 'node') return [program, ...process.execArgv, ...nodeOptions, worker];
  if (uid !== undefined && kind === 'deno')
    throw wrong(`${at} is '${runtime}', and Deno cannot become another user: start coupletd as that user`);
  const words = [...conditions(process.execArgv), ...nodeOptions, worker];
  if (kind === 'bun') return [program, ...words];
  const permits = nodeOptions.some((option) => /^(-A|--allow-)/.test(option));
  return [program, 'run', ...(permits ? [] : ['--allow-all']), ...words];
}

/** Which runtime this process runs on. */
function ownKind(): RuntimeKind {
  const { bun, deno } = process.versions;
  if (bun !== undefined) return 'bun';
  return deno === undefined ? 'node' : 'deno';
}

/** The options of Node that say where packages come from, which the others have as well. */
function conditions(execArgv: readonly string[]): readonly string[] {
  return execArgv.filter((option) => option.startsWith('--conditions='));
}

/** Asks a program for its version. */
async function askedKind(program: string, said: string): Promise<RuntimeKind> {
  const { error, output } = await versionOf(program);
  if (error !== undefined) {
    const code = codeOf(error);
    if (code === 'ENOENT')
      throw wrong(program.includes('/') ? `${said}, which does not exist` : `${said}, which is not in the PATH`);
    if (code === 'EACCES') throw wrong(`${said}, which may not be executed`);
  }
  const found = VERSIONS.find(([, pattern]) => pattern.test(output));
  if (error !== undefined || found === undefined)
    throw wrong(`${said}, which does not answer --version as node, bun or deno does`);
  return found[0];
}

function versionOf(program: string): Promise<{ readonly error: Error | undefined; readonly output: string }> {
  return new Promise((told) => {
    execFile(program, ['--version'], { timeout: PROBE_MS }, (error, output) =>
      told({ error: error ?? undefined, output }),
    );
  });
}

function wrong(line: string): CommandError {
  return new CommandError(line, EXIT.configuration);
}
