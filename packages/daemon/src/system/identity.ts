import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Identity } from '../ipc/messages.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** What `--uid`, `--gid` and `--groups` say: names or numbers. */
export interface IdentityOptions {
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** The ids that a process has. */
export interface CurrentIds {
  readonly uid: number;
  readonly gid: number;
}

/** The largest id: -1 stands for none in system calls. */
const MOST = 2 ** 32 - 2;

/**
 * Returns who a process is to become; undefined if no option asks for it. `uid` alone takes that user's own group as well, and without
 * `groups` there are no supplementary groups. What is not asked for stays as it is in `current`.
 *
 * Throws a `CommandError`: 78 for a name that is not known, 77 if the user has no group of its own here, or it is 0 and `gid` does not
 * say so.
 */
export function identityOf({ uid, gid, groups }: IdentityOptions, current: CurrentIds): Identity | undefined {
  if (uid === undefined && gid === undefined && groups === undefined) return undefined;
  const user = uid === undefined ? undefined : userOf(uid);
  return {
    uid: user?.uid ?? current.uid,
    gid: gid === undefined ? groupOfUser(uid, user, current) : groupOf('--gid', gid),
    groups: (groups ?? []).map((group) => groupOf('--groups', group)),
  };
}

interface User {
  readonly uid: number;
  readonly gid: number | undefined;
}

function userOf(text: string): User {
  const [, , uid, gid] = entryOf('passwd', text) ?? [];
  const number = idOf(text) ?? idOf(uid);
  if (number === undefined) throw new CommandError(`--uid ${text}: there is no such user`, EXIT.configuration);
  return { uid: number, gid: idOf(gid) };
}

function groupOfUser(uid: string | undefined, user: User | undefined, current: CurrentIds): number {
  if (user === undefined) return current.gid;
  if (user.gid === undefined)
    throw new CommandError(`--uid ${uid}: this user has no group of its own here; add --gid`, EXIT.noPermission);
  if (user.gid === 0)
    throw new CommandError(`--uid ${uid}: the group of this user is 0; add --gid 0 to have it`, EXIT.noPermission);
  return user.gid;
}

function groupOf(option: string, text: string): number {
  const number = idOf(text) ?? idOf(entryOf('group', text)?.[2]);
  if (number === undefined) throw new CommandError(`${option} ${text}: there is no such group`, EXIT.configuration);
  return number;
}

/** The fields of a user or group: in the file, or else where the system is configured to look, such as a directory. */
function entryOf(database: 'passwd' | 'group', key: string): string[] | undefined {
  const name = Number(idOf(key) !== undefined) * 2;
  const entries = fileOf(database).map((line) => line.split(':'));
  const entry = entries.find((fields) => fields[name] === key);
  if (entry !== undefined || !/^[\w.][\w.@-]*\$?$/.test(key)) return entry;
  // Where there is no getent this has a null for an output.
  const { status, stdout } = spawnSync('getent', [database, key], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim().split(':') : undefined;
}

function fileOf(database: string): string[] {
  try {
    return readFileSync(`/etc/${database}`, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function idOf(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && number <= MOST ? number : undefined;
}
