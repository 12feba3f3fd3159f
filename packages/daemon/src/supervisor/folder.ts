import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Program } from '../ipc/messages.ts';
import { reasonOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** Makes a folder the working directory. Throws a `CommandError` if that cannot be. */
export function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (error) {
    throw new CommandError(`cannot enter the rundir ${folder}: ${reasonOf(error)}`, EXIT.configuration, {
      cause: error,
    });
  }
}

/** The working directory as the shell has it, with the links that lead there: they may lead elsewhere later. */
export function presentFolder(): string {
  const { PWD: written } = process.env;
  try {
    if (written !== undefined && realpathSync(written) === process.cwd()) return written;
  } catch {
    // It is of another process, and that folder has gone.
  }
  return process.cwd();
}

/** The program with the whole path of its file as it is written, so that a link is followed anew at each reload. */
export function located(program: Program, folder: string): Program {
  return program.kind === 'application' ? { ...program, file: resolve(folder, program.file) } : program;
}
