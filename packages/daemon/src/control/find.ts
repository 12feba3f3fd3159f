import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { type AskOptions, askControl, NotRunning } from './ask.ts';
import { type Environment, fileOf, flawOf, foldersOf, type Person, runtimeFolder } from './place.ts';

/** Which daemon a command is for. */
export interface WantedDaemon {
  /** The path of its control socket. */
  readonly control?: string | undefined;
  /** Its name. */
  readonly name?: string | undefined;
}

const FILE = /^coupletd(-.+)?\.sock$/;
/** How long a socket may take to answer that a daemon is there. */
const PROBE_MS = 2000;

/**
 * Finds the control socket of the daemon that a command is for: the one at `control`, else the one with `name`, else the only one that
 * runs. It looks into `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR`, `/run` and the present folder, as far as no other user can write there.
 *
 * Rejects with a `CommandError` with 69 if none runs, and with 64 if several do.
 */
export async function findControl(
  { control, name }: WantedDaemon,
  environment: Environment,
  person: Person & Pick<AskOptions, 'reactor'> = {},
): Promise<string> {
  const { directory = '.', reactor } = person;
  if (control !== undefined) return resolve(directory, control);
  const folders = [...new Set([...foldersOf(environment, person), '/run', resolve(directory)])];
  const paths = folders.flatMap((folder) => socketsIn(folder, name, folder === runtimeFolder(environment), person));
  const options = reactor === undefined ? { timeoutMs: PROBE_MS } : { reactor, timeoutMs: PROBE_MS };
  const running = await Promise.all(paths.map((path) => isRunning(path, name, options)));
  const found = paths.filter((_, at) => running[at]);
  const [first] = found;
  const called = name === undefined ? '' : ` with the name '${name}'`;
  if (first === undefined)
    throw new CommandError(
      `not running: no daemon${called} in ${folders.join(', ')}; --control names another place`,
      EXIT.unavailable,
    );
  if (found.length > 1)
    throw new CommandError(
      `several daemons run${called}: ${found.join(', ')}; say which by --control PATH`,
      EXIT.usage,
    );
  return first;
}

/** The paths in a folder that may be control sockets of that name. The one in the folder of a unit does not tell its name. */
function socketsIn(folder: string, name: string | undefined, ofUnit: boolean, person: Person): string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files
    .filter(
      (file) =>
        FILE.test(file) && (name === undefined || file === fileOf(name) || (ofUnit && file === 'coupletd.sock')),
    )
    .sort()
    .map((file) => join(folder, file))
    .filter((path) => flawOf(path, person) === undefined);
}

async function isRunning(path: string, name: string | undefined, options: AskOptions): Promise<boolean> {
  try {
    const answer = await askControl(path, { ask: 'status' }, options);
    return name === undefined || answer.answer !== 'status' || answer.report.name === name;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // One that is there and does not answer runs; its command will say what is wrong.
    return !(error instanceof NotRunning);
  }
}
