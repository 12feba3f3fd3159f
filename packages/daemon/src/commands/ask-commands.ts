import type { Command } from 'commander';
import { flagOf } from '../configuration/table.ts';
import type { WantedDaemon } from '../control/find.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { reload, status, stop } from './control-commands.ts';
import { examples } from './help.ts';
import type { Note, Surroundings } from './surroundings.ts';
import { textOf, wordsOf } from './words.ts';

/** `status`, `reload` and `stop`. */
export function addAsking(program: Command, surroundings: Surroundings, note: Note): void {
  const ask = (name: string, summary: string, description: string): Command =>
    program
      .command(name)
      .summary(summary)
      .description(`${description} It is the one with the NAME, or the only one that runs.`)
      .usage('[NAME] [options]')
      .argument('[NAME]', 'the name of the daemon')
      .option('--control <PATH>', 'its control socket');
  const wanted = (command: Command, name: string | undefined): WantedDaemon => {
    const stray = Object.keys(wordsOf(program)).find((word) => word !== 'control' && word !== 'name');
    if (stray !== undefined)
      throw new CommandError(`--${flagOf(stray)} has no meaning for ${command.name()}`, EXIT.usage);
    const { environment } = surroundings;
    const words = wordsOf(command);
    const said = { control: textOf(words, 'control'), name: name ?? textOf(words, 'name') };
    if (said.control !== undefined || said.name !== undefined) return said;
    return { control: textOf(environment, 'COUPLETD_CONTROL'), name: textOf(environment, 'COUPLETD_NAME') };
  };
  const has = (command: Command, option: string): boolean => wordsOf(command)[option] === true;

  const statusOf = ask(
    'status',
    'ask a running daemon how it is',
    'Prints the state of a daemon; ends with 1 if it is not ready.',
  );
  statusOf
    .option('--json', 'as JSON, with "version": 1')
    .action(async (name?: string) => note(await status(wanted(statusOf, name), has(statusOf, 'json'), surroundings)))
    .addHelpText('after', examples('status', 'status poetry --json'));
  const reloadOf = ask(
    'reload',
    'start a new generation of workers',
    'Reloads code and configuration of a daemon without loss.',
  );
  reloadOf
    .option('--wait', 'end when it is ready (0) or has failed (1)')
    .option('--force', 'also if nothing has changed')
    .action(async (name?: string) => {
      const how = { force: has(reloadOf, 'force'), wait: has(reloadOf, 'wait') };
      note(await reload(wanted(reloadOf, name), how, surroundings));
    })
    .addHelpText('after', examples('reload --wait', 'reload poetry --force'));
  const stopOf = ask('stop', 'drain and stop a daemon', 'Drains and stops a daemon, and waits for its end.');
  stopOf
    .option('--now', 'abort all connections')
    .action(async (name?: string) => note(await stop(wanted(stopOf, name), has(stopOf, 'now'), surroundings)))
    .addHelpText('after', examples('stop', 'stop --control /run/poetry/coupletd.sock --now'));
}
