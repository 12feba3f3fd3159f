import { type Command, Option } from 'commander';
import { suggestion } from '../configuration/nearest.ts';
import { shown } from '../configuration/shown.ts';
import type { Program } from '../ipc/messages.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { examples } from './help.ts';
import { takeInspect } from './inspect-words.ts';
import { launcher } from './launch.ts';
import { several } from './options.ts';
import { type DeclaredPlugin, findPlugins } from './plugins.ts';
import type { Note, Surroundings } from './surroundings.ts';
import { listOf, wordsOf } from './words.ts';

/** What is not a command of ours is the name of a plug-in; what follows it is the plug-in's. */
export function addPlugins(program: Command, surroundings: Surroundings, note: Note): void {
  const { actions, directory, error } = surroundings;
  program
    .addOption(new Option('--plugin <NAME>', 'take plug-ins from this package; repeatable').argParser(several))
    .argument('[PLUGIN]')
    .argument('[WORDS...]')
    .action(async (name: string | undefined, words: readonly string[]) => {
      if (name === undefined) {
        error(program.helpInformation({ error: true }));
        throw new CommandError('no command was given', EXIT.usage);
      }
      const { rest, ...inspect } = takeInspect(words);
      const programOf = async (): Promise<Program> => pluginProgram(program, directory, name, rest);
      const launch = launcher({ daemon: { ...wordsOf(program), ...inspect } }, programOf, program, surroundings);
      note(await actions.run(await launch(), launch));
    });
  program.addHelpText('after', () => {
    const listed = found(program, directory).plugins.filter(({ name }) => !namesOf(program).includes(name));
    const lines = listed.map((plugin) => `  ${plugin.name.padEnd(9)}  ${plugin.summary || `of ${plugin.package}`}`);
    const heading =
      lines.length === 0
        ? ''
        : `\nPlug-ins (options of run go before the name, --inspect also after it):\n${lines.join('\n')}\n`;
    return `${heading}${examples('run app.ts --workers 2', 'echo --listen tcp:8007', '--workers 2 poetry --delay 1')}`;
  });
}

/** The program of a plug-in. Throws a `CommandError` with 64 if there is not exactly one with that name. */
export function pluginProgram(program: Command, directory: string, name: string, words: readonly string[]): Program {
  const { module } = chosen(name, found(program, directory), namesOf(program));
  return { kind: 'plugin', module, name, words };
}

function found(program: Command, directory: string): ReturnType<typeof findPlugins> {
  return findPlugins(directory, listOf(wordsOf(program), 'plugin'));
}

function namesOf(program: Command): string[] {
  return program.commands.map((command) => command.name());
}

function chosen(name: string, found: ReturnType<typeof findPlugins>, known: readonly string[]): DeclaredPlugin {
  const { plugins, flaws } = found;
  const [plugin, other] = plugins.filter((candidate) => candidate.name === name);
  if (plugin !== undefined && other !== undefined)
    throw new CommandError(
      `${plugin.package} and ${other.package} both have a plug-in '${name}': say which by --plugin NAME`,
      EXIT.usage,
    );
  if (plugin !== undefined) return plugin;
  if (/[./]/.test(name))
    throw new CommandError(`${shown(name)} is not a command; did you mean 'run ${name}'?`, EXIT.usage);
  const names = [...known, ...plugins.map((candidate) => candidate.name)];
  const [flaw] = flaws;
  const bad = flaw === undefined ? '' : ` (${flaw})`;
  throw new CommandError(`${shown(name)} is not a command or a plug-in${suggestion(name, names)}${bad}`, EXIT.usage);
}
