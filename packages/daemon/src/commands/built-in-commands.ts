import { type Command, Option } from 'commander';
import { checkServices } from '../configuration/checks.ts';
import type { Program } from '../ipc/messages.ts';
import type { Launch } from '../supervisor/launch.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { type BuiltInCommand, checkBuiltIn } from './built-ins.ts';
import { examples, FURTHER } from './help.ts';
import { launcher } from './launch.ts';
import { addDaemonOptions, addServiceOptions, several } from './options.ts';
import type { Note, Surroundings } from './surroundings.ts';
import { wordsOf } from './words.ts';

/** The command of a built-in service. */
export function addBuiltIn(program: Command, builtIn: BuiltInCommand, surroundings: Surroundings, note: Note): void {
  const { name, summary, options, build } = builtIn;
  const { actions, directory } = surroundings;
  const command = program
    .command(name)
    .summary(summary)
    .description(`A service that ${summary}.`)
    .usage('--listen ENDPOINT [options]');
  addServiceOptions(command);
  for (const { flags, help, repeatable } of options) {
    const option = new Option(flags, help);
    command.addOption(repeatable === undefined ? option : option.argParser(several));
  }
  addDaemonOptions(command, true);
  command.addHelpText('after', FURTHER);
  command.addHelpText('after', examples(...builtIn.examples));
  command.action(async () => {
    const words = wordsOf(command);
    const programOf = async (): Promise<Program> => {
      const service = await build(words, directory);
      checkBuiltIn(service);
      return { kind: 'builtIn', service };
    };
    const launchOf = launcher({ daemon: words, service: { name, words } }, programOf, command, surroundings);
    const launch = async (): Promise<Launch> => {
      const launch = await launchOf();
      checkServices(launch.configuration, [name]);
      if (launch.configuration.services[name]?.listen === undefined)
        throw new CommandError(`${name} needs --listen ENDPOINT, such as --listen tcp:8007`, EXIT.usage);
      return launch;
    };
    note(await actions.run(await launch(), launch));
  });
}
