import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { readText } from '../configuration/read-text.ts';
import type { Program } from '../ipc/messages.ts';
import type { Launch } from '../supervisor/launch.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { checkDeployment, DEPLOYMENTS } from './deployment.ts';
import { examples, FURTHER } from './help.ts';
import { launcher } from './launch.ts';
import { addDaemonOptions } from './options.ts';
import { pluginProgram } from './plugin-commands.ts';
import type { Note, Surroundings } from './surroundings.ts';
import { listOf, wordsOf } from './words.ts';

/** `run` and `check`. */
export function addRunning(program: Command, surroundings: Surroundings, note: Note): void {
  const { actions, directory } = surroundings;
  const app = new Argument('<APP>', 'the module of the application');
  const run = program
    .command('run')
    .summary('run an application')
    .description('Runs the application whose module is APP, in the foreground unless --daemonize.')
    .usage('APP [options]')
    .addArgument(app)
    .action(async (file: string) => {
      const programOf = async (): Promise<Program> => ({ kind: 'application', file });
      const launch = launcher({ daemon: wordsOf(run) }, programOf, run, surroundings);
      note(await actions.run(await launch(), launch));
    });
  addDaemonOptions(run);
  run.addHelpText('after', examples('run app.ts', 'run app.ts --config app.toml --workers auto --metrics 9464'));
  const check = program
    .command('check')
    .summary('all that run does before it binds')
    .description(
      'Imports an application, or a plug-in by its name, and checks its configuration and endpoints without binding.',
    )
    .usage('APP [options]')
    .addArgument(app)
    .option(
      '--for <KIND FILE...>',
      'also compare the times with a deployment file of this kind:\nsystemd or kubernetes',
    )
    .action(async (file: string) => {
      // A name without a dot and a slash cannot be that of a module, so it is that of a plug-in.
      const programOf = async (): Promise<Program> =>
        /[./]/.test(file) ? { kind: 'application', file } : pluginProgram(program, directory, file, []);
      const launch = await launcher({ daemon: wordsOf(check) }, programOf, check, surroundings)();
      await checkFor(listOf(wordsOf(check), 'for'), launch, directory);
      note(await actions.check(launch));
    });
  addDaemonOptions(check, true);
  check.addHelpText('after', FURTHER);
  check.addHelpText('after', examples('check app.ts --config app.toml', 'check app.ts --for systemd poetry.service'));
}

/** `check --for`: throws a `CommandError` with the first thing that is wrong. */
async function checkFor(words: readonly string[], { configuration }: Launch, directory: string): Promise<void> {
  for (let at = 0; at < words.length; at += 2) {
    const [word = '', file] = words.slice(at, at + 2);
    const kind = DEPLOYMENTS.find((known) => known === word);
    if (kind === undefined || file === undefined)
      throw new CommandError(`--for ${words.join(' ')} is not --for systemd FILE or --for kubernetes FILE`, EXIT.usage);
    const flaws = await checkDeployment(kind, await readText(resolve(directory, file)), configuration.options);
    if (flaws.length > 0) throw new CommandError(`${file}: ${flaws.join('; ')}`, EXIT.configuration);
  }
}
