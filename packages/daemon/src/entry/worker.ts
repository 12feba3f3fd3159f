// A process that a supervisor has started: it gets its orders over the channel, and ends with it.
import process from 'node:process';
import { reactor } from 'couplet';
import { MOST_WAITING, type Order, type Report } from '../ipc/messages.ts';
import type { Destination } from '../log/destination.ts';
import { openProcessLog } from '../log/process-log.ts';
import { drop } from '../system/privileges.ts';
import type { ExitStatus } from '../values/exit-status.ts';
import { Worker } from '../worker/worker.ts';

/** A terminal sends these to the supervisor as well, which decides. */
const OF_TERMINALS = ['SIGINT', 'SIGHUP'] as const;
/** How long a worker that has done may take to end: for its last lines and reports, and what waits for the end of its reactor. */
const LEFT_MS = 2000;

let destination: Destination | undefined;
/** Settles when what was told the supervisor so far has gone out. */
let sent: Promise<unknown> = Promise.resolve();
/** How many reports have not. */
let waiting = 0;

function send(report: Report): void {
  if (!process.connected) return;
  waiting += 1;
  sent = new Promise<void>((resolve) => {
    process.send?.(report, undefined, {}, () => {
      waiting -= 1;
      resolve();
    });
  });
}

function ignore(): void {}

const running = reactor.run({ signals: false, releaseIPC: true });

const worker = new Worker({
  reactor,
  inherits: true,
  send,
  full: () => waiting >= MOST_WAITING,
  become: ({ identity }) => {
    // They end an import that does not return: no one else may be left to do so.
    for (const signal of OF_TERMINALS) process.off(signal, ignore);
    if (identity !== undefined) drop(identity);
  },
  openLog: ({ options, slot, generation }) => {
    const opened = openProcessLog(options, { slot, generation }, reactor);
    ({ destination } = opened);
    return opened;
  },
  end: (status) => void end(status),
});

/** The reactor ends last: it has the clock that bounds how long the log may take. */
async function end(status: ExitStatus): Promise<void> {
  // A channel that closes answers no more, and a trigger before shutdown may wait for ever.
  setTimeout(() => process.exit(status), LEFT_MS);
  await Promise.all([destination?.end(), sent]);
  if (reactor.running) reactor.stop();
  await running;
  process.exit(status);
}

process.on('message', (order: Order) => worker.order(order));
process.on('disconnect', () => worker.lost());
// It may have ended while this process loaded its modules: then no event tells that any more.
if (!process.connected) worker.lost();
process.on('SIGTERM', () => worker.leave());
for (const signal of OF_TERMINALS) process.on(signal, ignore);
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => worker.crash(error));
