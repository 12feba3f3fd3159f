import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, Server } from './server.ts';

const STRACE = '/usr/bin/strace';
/** How many messages are counted. */
const MESSAGES = 200;
/** V8's threads wait for each other, and its heap and code grow, as they please: these belong to no message. */
const OTHERS =
  /^(?:futex|mprotect|mmap|munmap|madvise|brk|rt_sig\w+|sched_\w+|clock_\w+|getpid|gettid|tgkill|openat|fstat|statx|fcntl|exit\w*|rseq|set_robust_list|clone\w*)$/;
const WAITS = /^epoll_p?wait2?$/;

/** System calls of a process and its threads. */
export interface Calls {
  /** How often it waited for events, or looked for a client in vain; that depends on when they come. */
  readonly waits: number;
  /** All others that concern its sockets, by name. */
  readonly byName: ReadonlyMap<string, number>;
}

/** Why strace cannot be used here; undefined when it can. */
export function straceMissing(): string | undefined {
  const { status, error } = spawnSync(STRACE, ['-f', '-c', '-o', '/dev/null', '/bin/true']);
  if (error !== undefined) return 'strace is missing; install it with: apt-get install strace';
  return status === 0 ? undefined : 'strace may not look at other processes here';
}

/** Counts the system calls of the program that `task` starts with the launcher that it is given; it must end it, too. */
async function countCalls(task: (launcher: readonly string[]) => Promise<void>): Promise<Calls> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-strace-'));
  try {
    const file = join(folder, 'calls');
    await task([STRACE, '-f', '-c', '-U', 'calls,errors,name', '-o', file]);
    return parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parse(summary: string): Calls {
  const byName = new Map<string, number>();
  let waits = 0;
  for (const [, count, errors = '0', name = ''] of summary.matchAll(/^ *(\d+) +(\d+ +)?(\w+)$/gm)) {
    if (WAITS.test(name)) waits += Number(count);
    else if (name === 'accept4') {
      waits += Number(errors);
      byName.set(name, Number(count) - Number(errors));
    } else if (name !== 'total' && !OTHERS.test(name)) byName.set(name, Number(count));
  }
  return { waits, byName };
}

/** What each message costs: the calls of a run with twice as many messages, less those of a run with the number given. */
function difference(once: Calls, twice: Calls, messages: number): Calls {
  const each = [...twice.byName].map(([name, count]): [string, number] => [
    name,
    (count - (once.byName.get(name) ?? 0)) / messages,
  ]);
  return { waits: (twice.waits - once.waits) / messages, byName: new Map(each) };
}

export function sum(calls: Calls): number {
  return [...calls.byName.values()].reduce((all, count) => all + count, 0);
}

/** The calls that each message costs a server, which is started with those options of its runtime. */
export async function callsOf(
  engine: Engine,
  work: string,
  visit: (port: number, times: number) => Promise<void>,
  options: readonly string[] = [],
): Promise<Calls> {
  const run = (times: number): Promise<Calls> =>
    countCalls(async (launcher) => {
      await using server = await Server.start(engine, work, { launcher, options });
      await visit(server.port, times);
    });
  return difference(await run(MESSAGES), await run(2 * MESSAGES), MESSAGES);
}

export function tell({ waits, byName }: Calls): string {
  const calls = [...byName].filter(([, each]) => Math.abs(each) >= 0.01);
  return `${calls.map(([name, each]) => `${each.toFixed(2)} ${name}`).join(', ')}; ${waits.toFixed(2)} waits`;
}
