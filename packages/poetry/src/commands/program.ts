import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { complain, watchOutput } from './output.ts';
import { UsageError } from './usage-error.ts';

/** A command line that throws for what is wrong with it, and prints nothing but its help. */
export function commandLine(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments()
    .exitOverride();
}

/** Reads the arguments of this process. Throws a `UsageError`, or commander's `CommanderError`. */
export function readArguments(command: Command): void {
  command.parse();
  const expected = command.registeredArguments;
  if (expected.at(-1)?.variadic === true) return;
  const extra = command.args[expected.length];
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
}

/**
 * Runs a program and sets its exit status: what `main` resolves to, 2 with one line on standard error for bad usage, 1 with one
 * line for any other error.
 */
export async function runProgram(name: string, main: () => Promise<number>): Promise<void> {
  watchOutput(name);
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const usage = error instanceof CommanderError || error instanceof UsageError;
    const what = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
    complain(`${name}: ${what}${usage ? ` (see ${name} --help)` : ''}`);
    process.exitCode = usage ? 2 : 1;
  }
}
