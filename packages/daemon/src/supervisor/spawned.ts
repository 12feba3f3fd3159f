import { spawn } from 'node:child_process';
import { MOST_WAITING, type Order, type Report } from '../ipc/messages.ts';
import type { Child, ChildEvents, Children } from './child.ts';
import type { ChildCommand } from './runtime.ts';

/** How processes are started. */
export interface SpawnOptions {
  /** The working directory, which is looked up anew each time: it may be a link that leads elsewhere by then. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts children as processes. Their standard output and error are those of this process. */
export class SpawnedChildren implements Children {
  readonly #options: SpawnOptions;

  constructor(options: SpawnOptions) {
    this.#options = options;
  }

  start(descriptors: readonly number[], events: ChildEvents, [program, ...words]: ChildCommand): Child {
    const { folder, environment } = this.#options;
    let over = false;
    const exit: ChildEvents['onExit'] = (...how) => {
      if (over) return;
      over = true;
      events.onExit(...how);
    };
    try {
      const child = spawn(program, words, {
        cwd: folder,
        env: environment,
        // The channel is descriptor 3, and the sockets follow.
        stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...descriptors],
      });
      child.on('error', (error) => {
        if (child.pid === undefined) exit(null, null, error);
      });
      child.on('exit', (status, signal) => exit(status, signal));
      child.on('message', (report: Report) => {
        if (!over) events.onReport(report);
      });
      let waiting = 0;
      return {
        pid: child.pid ?? 0,
        get full() {
          return waiting >= MOST_WAITING;
        },
        send: (order: Order) => {
          if (!child.connected) return;
          waiting += 1;
          // An error of the channel is the end of the process, which is told by `exit`.
          child.send(order, () => {
            waiting -= 1;
          });
        },
        kill: (signal) => void child.kill(signal),
      };
    } catch (error) {
      setImmediate(() => exit(null, null, error instanceof Error ? error : new Error(String(error))));
      return { pid: 0, full: false, send: () => {}, kill: () => {} };
    }
  }
}
