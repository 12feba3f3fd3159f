import { Command, Help } from 'commander';
import type { Surroundings } from './surroundings.ts';
import { versionOf } from './version.ts';

/** How wide help is, in characters. */
const WIDTH = 80;

/** What the help of commands says that take all options of `run` without listing them. */
export const FURTHER = '\nAll options of run work here too: coupletd run --help';

/** Makes the command `coupletd` without its commands: how it prints help and errors. */
export function bareCommand({ out, error }: Surroundings): Command {
  return new Command('coupletd')
    .description('Runs Couplet applications as daemons.')
    .usage('COMMAND [options]')
    .version(versionOf(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help; also COMMAND --help')
    .helpCommand(false)
    .enablePositionalOptions()
    .passThroughOptions()
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureHelp({
      optionTerm: ({ flags }) =>
        flags
          .replace(/(\w)\.\.\.>$/, '$1')
          .replace(' [', '[=')
          .replace(/[<>]/g, ''),
      subcommandTerm: (command) => command.name(),
      visibleArguments: () => [],
      // Without the empty lines between them, so that all fits a screen.
      formatItemList: (heading, items) => (items.length === 0 ? [] : [heading, ...items]),
      formatHelp: (command, helper) => `${Help.prototype.formatHelp.call(helper, command, helper)}\n`,
    })
    .configureOutput({
      writeOut: out,
      writeErr: error,
      getOutHelpWidth: () => WIDTH,
      getErrHelpWidth: () => WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      // `coupletd` tells what is wrong.
      outputError: () => {},
    });
}

/** The end of help: how a command is used. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  coupletd ${line}`).join('\n')}`;
}
