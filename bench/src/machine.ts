import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';

/** Where the server and the load run; undefined when there is one core only. */
export interface Cores {
  readonly server: number;
  readonly load: number;
  /** All but that of the load, for a server with several processes. */
  readonly servers: readonly number[];
}

/** What to know about the machine to read its figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** The congestion control of TCP; it shows in bulk transfers. */
  readonly congestionControl: string;
  readonly node: string;
  readonly loadAverage: number;
  readonly pinned: Cores | undefined;
}

/** The numbers in a kernel list such as `0-3,8`. */
function numbersOf(list: string): number[] {
  return list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

function siblingsOf(core: number): number[] {
  try {
    return numbersOf(readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8'));
  } catch {
    return [core];
  }
}

/** The last core for the server (the first ones take the interrupts), and one that shares no silicon with it for the load. */
function pickCores(): Cores | undefined {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const cores = allowed === undefined ? [] : numbersOf(allowed);
  const server = cores.at(-1);
  if (server === undefined) return undefined;
  const others = cores.slice(0, -1);
  const siblings = siblingsOf(server);
  const load = others.findLast((core) => !siblings.includes(core)) ?? others.at(-1);
  return load === undefined ? undefined : { server, load, servers: cores.filter((core) => core !== load) };
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    congestionControl: readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim(),
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
    pinned: pickCores(),
  };
}

/** The first line that a command prints, or undefined when it cannot be run. */
export function firstLineOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    return undefined;
  }
}
