import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { complain, say, suggest, watchOutput } from '../terminal/output.ts';
import { completion, SHELLS, takesFile } from './completion.ts';
import { hintFor } from './hint.ts';
import { withInspectValue } from './inspect.ts';
import { UsageError } from './usage-error.ts';
import { versionLine } from './version.ts';

/** What commander puts behind the error for an option that it does not know. */
const SUGGESTION = /\n\(D(id you mean [^\n]*\?)\)$/;

/** A command line that throws for what is wrong with it, and prints nothing but its help, its version and its completion. */
export function commandLine(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--version', 'print the version')
    .on('option:version', () => {
      say(versionLine(name));
      throw new CommanderError(0, 'version', name);
    })
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments()
    .exitOverride();
}

/** The end of help: how the program of that name is used, each line with the words behind its name, and what that does. */
export function examples(name: string, ...lines: readonly (readonly [words: string, what: string])[]): string {
  const all = [...lines, ['completion bash', `or ${SHELLS.slice(1).join(', ')}`] as const];
  const width = Math.max(...all.map(([words]) => words.length));
  return `\nExamples:\n${all.map(([words, what]) => `  ${name} ${words.padEnd(width)}  # ${what}`).join('\n')}`;
}

/**
 * Reads the arguments of this process. Throws a `UsageError`, or commander's `CommanderError`. `completion` and a shell, which no
 * program takes otherwise, print a script for that shell instead, and throw a `CommanderError` with the status 0. Alone, `completion` may
 * be the name of a file.
 */
export function readArguments(command: Command): void {
  const [word, name, ...more] = process.argv.slice(2);
  if (word === 'completion' && more.length === 0 && (name !== undefined || !takesFile(command)))
    printCompletion(command, name);
  command.parse(withInspectValue(process.argv.slice(2)), { from: 'user' });
  const expected = command.registeredArguments;
  if (expected.at(-1)?.variadic === true) return;
  const extra = command.args[expected.length];
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
}

function printCompletion(command: Command, name = ''): void {
  const shell = SHELLS.find((one) => one === name);
  if (shell === undefined) {
    if (name.startsWith('-')) return;
    const shells = SHELLS.join(', ');
    throw new UsageError(
      name === '' ? `completion needs one of ${shells}` : `completion: '${name}' is not one of ${shells}`,
    );
  }
  process.stdout.write(completion(command, shell));
  throw new CommanderError(0, 'completion', shell);
}

/**
 * Runs a program and sets its exit status: what `main` resolves to, 2 with one line on standard error for bad usage, 1 with one
 * line for any other error. A hint is a second line, for what went wrong at run time on a terminal only.
 */
export async function runProgram(name: string, main: () => Promise<number>): Promise<void> {
  watchOutput(name);
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const usage = error instanceof CommanderError || error instanceof UsageError;
    const what = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
    const meant = error instanceof CommanderError ? SUGGESTION.exec(what)?.[1] : undefined;
    const hint = meant === undefined ? hintFor(error) : `d${meant}`;
    complain(
      `${name}: ${what.replace(SUGGESTION, '')}${usage ? ` (see ${name} --help)` : ''}`,
      usage ? undefined : hint,
    );
    if (usage && hint !== undefined) suggest(hint);
    process.exitCode = usage ? 2 : 1;
  }
}
