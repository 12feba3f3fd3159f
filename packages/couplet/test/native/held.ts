import { readdirSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** What a process has. */
export interface Held {
  /** In MB: of JavaScript, of buffers, and in all. */
  readonly heap: number;
  readonly buffers: number;
  readonly resident: number;
  readonly descriptors: number;
  readonly epolls: number;
}

/** Looks at what this process has, once its garbage is collected. */
export async function held(): Promise<Held> {
  for (let turn = 0; turn < 3; turn += 1) {
    if (typeof collect === 'function') collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const files = readdirSync('/proc/self/fd').map(linkOf);
  return {
    heap: heapUsed / 1e6,
    buffers: arrayBuffers / 1e6,
    resident: rss / 1e6,
    descriptors: files.length,
    epolls: files.filter((file) => file.includes('eventpoll')).length,
  };
}

/** What a descriptor stands for; that of the folder itself has gone meanwhile. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
