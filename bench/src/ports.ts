import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The kernel keeps 131,072 closed connections for a minute each, and treats those beyond differently. */
const mostClosed = 60_000;

/** Waits until few enough closed connections are in TIME_WAIT, for so many seconds at most. */
export async function quietPorts(mostSeconds: number): Promise<void> {
  for (let second = 0; second < mostSeconds; second += 1) {
    const inTimeWait = Number(/ tw (\d+)/.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1] ?? 0);
    if (inTimeWait < mostClosed) return;
    await sleep(1000);
  }
}
