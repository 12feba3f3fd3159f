import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import type { Identity } from '../ipc/messages.ts';
import { codeOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/**
 * Throws a `CommandError` with 78 if the environment does not go with privileges: `NODE_OPTIONS` makes a privileged process load code, and
 * with io_uring (`UV_USE_IO_URING`) privileges cannot be dropped. Does nothing in a process without privileges that keeps its ids.
 */
export function checkEnvironment(environment: NodeJS.ProcessEnv, identity: Identity | undefined): void {
  const { NODE_OPTIONS: options = '', UV_USE_IO_URING: ring = '0' } = environment;
  if (identity !== undefined && Number.parseInt(ring, 10) > 0)
    throw new CommandError(
      'UV_USE_IO_URING is set, and privileges cannot be dropped with it: unset it',
      EXIT.configuration,
    );
  if (options !== '' && process.geteuid?.() === 0)
    throw new CommandError(
      'NODE_OPTIONS is set, which a privileged process must not follow: unset it, and use --node-option for workers',
      EXIT.configuration,
    );
}

/**
 * Becomes someone else, for good: sets the supplementary groups, the group and the user, and then looks at every thread, and tries each
 * way back. Does nothing if that is who the process is.
 *
 * Throws a `CommandError`: 77 if the system does not allow it, 71 if the result is not what was asked for. The process must not go on
 * then.
 */
export function drop(identity: Identity): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined)
    throw new CommandError('this system has no users: leave --uid, --gid and --groups out', EXIT.configuration);
  const before = idsNow();
  if (same(before, identity)) return;
  const { uid, gid, groups } = identity;
  const whom = `uid ${uid}, gid ${gid} and the groups ${groups.length === 0 ? '(none)' : groups.join(',')}`;
  try {
    setgroups([...groups]);
    setgid(gid);
    setuid(uid);
  } catch (error) {
    const code = codeOf(error);
    const denied = code === 'EPERM';
    const why = denied ? 'operation not permitted; start as root, or leave --uid, --gid and --groups out' : code;
    throw new CommandError(`cannot become ${whom}: ${why}`, denied ? EXIT.noPermission : EXIT.system, { cause: error });
  }
  const flaw = same(idsNow(), identity) ? (flawOfThreads(identity) ?? wayBack(identity, before)) : 'the ids are others';
  if (flaw !== undefined) throw new CommandError(`cannot become ${whom}: ${flaw}`, EXIT.system);
}

function idsNow(): Identity {
  const { getuid, geteuid, getgid, getegid, getgroups } = process;
  const [uid, gid] = [getuid?.() ?? -1, getgid?.() ?? -1];
  // Ids that differ are none that one could ask for.
  return {
    uid: geteuid?.() === uid ? uid : -1,
    gid: getegid?.() === gid ? gid : -1,
    groups: getgroups?.() ?? [],
  };
}

/** Whether the ids are these. `getgroups` may or may not list the group itself. */
function same(one: Identity, other: Identity): boolean {
  return one.uid === other.uid && one.gid === other.gid && sameGroups(one.groups, other);
}

function sameGroups(groups: readonly number[], { gid, groups: wanted }: Identity): boolean {
  const sorted = (all: readonly number[]): string => [...new Set(all.filter((group) => group !== gid))].sort().join();
  return sorted(groups) === sorted(wanted);
}

/** What is wrong with a thread of this process; undefined if nothing is. Linux keeps ids and capabilities for each thread. */
function flawOfThreads(identity: Identity): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = '/proc/self/task';
  let threads: string[];
  try {
    threads = readdirSync(folder);
  } catch {
    return `${folder} cannot be read, so the threads cannot be checked`;
  }
  for (const thread of threads) {
    const status = statusOf(`${folder}/${thread}/status`);
    const flaw = status === undefined ? undefined : flawOfStatus(status, identity);
    if (flaw !== undefined) return `thread ${thread} has ${flaw}`;
  }
  return undefined;
}

/** The lines of a thread's status by name; undefined if it has ended. */
function statusOf(file: string): ReadonlyMap<string, readonly string[]> | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return undefined;
    throw error;
  }
  return new Map(
    text.split('\n').map((line) => {
      const [name = '', words = ''] = line.split(':\t');
      return [name, words.split(/\s+/).filter((word) => word !== '')];
    }),
  );
}

/** What is wrong with a thread; undefined if nothing is. The user 0 keeps its capabilities. */
export function flawOfStatus(status: ReadonlyMap<string, readonly string[]>, identity: Identity): string | undefined {
  const of = (name: string): readonly string[] => status.get(name) ?? [];
  for (const [name, id] of [
    ['Uid', identity.uid],
    ['Gid', identity.gid],
  ] as const) {
    // The real, effective, saved and file system one.
    if (of(name).length !== 4 || of(name).some((word) => word !== `${id}`)) return `${name} ${of(name).join(' ')}`;
  }
  if (!status.has('Groups') || !sameGroups(of('Groups').map(Number), identity))
    return `Groups ${of('Groups').join(' ')}`;
  if (identity.uid === 0) return undefined;
  for (const name of ['CapPrm', 'CapEff', 'CapAmb']) {
    const [mask = ''] = of(name);
    if (!/^0+$/.test(mask)) return `${name} ${mask}`;
  }
  return undefined;
}

/** Tries to become root, or the one before, again. Returns what the system allowed; undefined if nothing. */
function wayBack({ uid, gid }: Identity, before: Identity): string | undefined {
  if (uid === 0) return undefined;
  const { seteuid, setegid, setuid, setgid, setgroups } = process;
  const ways: [name: string, way: () => void][] = [['setgroups', () => setgroups?.([0])]];
  for (const id of new Set([0, before.uid]))
    if (id !== uid && id >= 0)
      ways.push([`setuid(${id})`, () => setuid?.(id)], [`seteuid(${id})`, () => seteuid?.(id)]);
  for (const id of new Set([0, before.gid]))
    if (id !== gid && id >= 0)
      ways.push([`setgid(${id})`, () => setgid?.(id)], [`setegid(${id})`, () => setegid?.(id)]);
  for (const [name, way] of ways) {
    try {
      way();
      return `${name} leads back`;
    } catch (error) {
      if (codeOf(error) !== 'EPERM') return `${name} failed with ${codeOf(error)}, not with EPERM`;
    }
  }
  return undefined;
}
