import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DaemonOptions } from '../configuration/options.ts';
import { shown } from '../configuration/shown.ts';
import { reasonOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** The variables of the environment that name folders for sockets. */
export interface Environment {
  readonly RUNTIME_DIRECTORY?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
}

/** Whose process it is: for tests, and for a daemon that becomes another user. */
export interface Person {
  /** The user of this process; that which it has unless set. */
  readonly uid?: number;
  /** The user that the daemon becomes, who may own the folder too. */
  readonly becomes?: number;
  /** The folder that relative paths are in; that of the process unless set. */
  readonly directory?: string;
}

/** The longest path of a UNIX socket, in bytes (unix(7)). */
const MOST_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * Returns where the control socket of a daemon is; undefined if it is to have none. Unless `control` says it, that is the first of these
 * that applies: `$RUNTIME_DIRECTORY/coupletd.sock` and `$XDG_RUNTIME_DIR/coupletd-NAME.sock` where the variable is set, for root
 * `/run/coupletd-NAME.sock`, and `coupletd-NAME.sock` in the rundir.
 *
 * Throws a `CommandError` with 73 if the path is too long, or if its folder is missing or other users can write to it.
 */
export function placeOfControl(
  options: Pick<DaemonOptions, 'control' | 'rundir'>,
  name: string,
  environment: Environment,
  person: Person = {},
): string | undefined {
  if (options.control === 'none') return undefined;
  const rundir = resolve(person.directory ?? '.', options.rundir);
  const [first = rundir] = [...foldersOf(environment, person)];
  const usual = first === runtimeFolder(environment) ? 'coupletd.sock' : fileOf(name);
  const path = options.control === undefined ? join(first, usual) : resolve(rundir, options.control);
  const flaw = flawOf(path, person);
  if (flaw !== undefined) throw new CommandError(`no control socket at ${path}: ${flaw}`, EXIT.cannotCreate);
  return path;
}

/** The file of the control socket of a daemon by its name. Throws a `CommandError` with 78 for a name that is not one of a file. */
export function fileOf(name: string): string {
  if (!/^[\w.-]{1,64}$/.test(name))
    throw new CommandError(
      `the name ${shown(name)} is not 1 to 64 letters, digits, -, _ and .: --name gives another`,
      EXIT.configuration,
    );
  return `coupletd-${name}.sock`;
}

/** The folders for control sockets before that of the daemon, in their order. */
export function foldersOf(environment: Environment, person: Person = {}): readonly string[] {
  const { uid = process.geteuid?.() } = person;
  const folders = [
    runtimeFolder(environment),
    environment.XDG_RUNTIME_DIR || undefined,
    uid === 0 ? '/run' : undefined,
  ];
  return folders.filter((folder) => folder !== undefined);
}

/** The first folder that systemd has made for the unit. */
export function runtimeFolder(environment: Environment): string | undefined {
  return environment.RUNTIME_DIRECTORY?.split(':')[0] || undefined;
}

/** Why a path cannot be that of a control socket; undefined if it can. */
export function flawOf(path: string, { uid = process.geteuid?.(), becomes }: Person = {}): string | undefined {
  const length = Buffer.byteLength(path);
  if (length > MOST_BYTES) return `the path has ${length} bytes, not at most ${MOST_BYTES}`;
  const folder = dirname(path);
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(folder);
  } catch (error) {
    return `${folder}: ${reasonOf(error)}`;
  }
  if (!found.isDirectory()) return `${folder} is not a folder`;
  const octal = (found.mode & 0o7777).toString(8).padStart(4, '0');
  if ((found.mode & 0o022) !== 0) return `other users can write to ${folder} (mode ${octal}), not only its owner`;
  // A person who owns the folder can put another socket in the place of this one.
  if (found.uid !== 0 && found.uid !== uid && found.uid !== becomes)
    return `${folder} belongs to user ${found.uid}, not to root or user ${becomes ?? uid}`;
  return undefined;
}
