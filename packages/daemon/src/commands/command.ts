import { type Command, CommanderError } from 'commander';
import { suggestion } from '../configuration/nearest.ts';
import { printable } from '../log/printable.ts';
import { CommandError, EXIT, type ExitStatus } from '../values/exit-status.ts';
import { addAsking } from './ask-commands.ts';
import { addBuiltIn } from './built-in-commands.ts';
import { BUILT_INS } from './built-ins.ts';
import { bareCommand } from './help.ts';
import { withInspectValue } from './inspect-words.ts';
import { addDaemonOptions } from './options.ts';
import { addPlugins } from './plugin-commands.ts';
import { addRunning } from './run-commands.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Runs the command `coupletd`. `words` are its arguments. Resolves to the status that the process is to end with; what is wrong has been
 * told in one line on standard error.
 */
export async function coupletd(words: readonly string[], surroundings: Surroundings): Promise<ExitStatus> {
  const { error } = surroundings;
  const { program, result } = commandLine(surroundings);
  try {
    await program.parseAsync(withInspectValue(words), { from: 'user' });
    return result();
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT.done;
      error(`coupletd: ${printable(usageLine(thrown, program, words))}\n`);
      return EXIT.usage;
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    // A plug-in that was asked for its help has nothing to say besides.
    if (message !== '') error(`coupletd: ${printable(message)}\n`);
    return thrown instanceof CommandError ? thrown.status : EXIT.software;
  }
}

/** What is wrong with the words, with the option that may have been meant: Commander would not offer those that are not in help. */
function usageLine({ code, message }: CommanderError, program: Command, words: readonly string[]): string {
  const line = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const [, option] = /^unknown option '(-[^']+)'$/.exec(line) ?? [];
  if (code !== 'commander.unknownOption' || option === undefined) return line;
  const command = program.commands.find((known) => words.includes(known.name())) ?? program;
  return `${line}${suggestion(option, [...command.options.map(({ long }) => long ?? ''), '--help'])}`;
}

/** The whole command line, and how the command ended that it named. */
function commandLine(surroundings: Surroundings): { program: Command; result: () => ExitStatus } {
  let ended: ExitStatus = EXIT.done;
  const note = (status: ExitStatus): void => {
    ended = status;
  };
  const program = bareCommand(surroundings);
  addDaemonOptions(program, true);
  addRunning(program, surroundings, note);
  addAsking(program, surroundings, note);
  for (const builtIn of BUILT_INS) addBuiltIn(program, builtIn, surroundings, note);
  addPlugins(program, surroundings, note);
  return { program, result: () => ended };
}
