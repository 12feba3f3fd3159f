import type { Reactor } from 'couplet';
import type { Order } from '../ipc/messages.ts';
import { EXIT } from '../values/exit-status.ts';
import type { WorkerLog } from '../worker/worker.ts';
import { Worker } from '../worker/worker.ts';
import type { Child, ChildEvents, Children } from './child.ts';

/** What children within this process need. */
export interface InProcessOptions {
  readonly reactor: Reactor;
  /** The log of this process. */
  openLog(): WorkerLog;
  /** An application that has failed cannot be started again here: the process is to end. */
  crashed(line: string): void;
}

/** "Starts" workers within this process: there are no others, and no sockets to hand on. */
export class InProcessChildren implements Children {
  readonly #options: InProcessOptions;
  #present: Worker | undefined;

  constructor(options: InProcessOptions) {
    this.#options = options;
  }

  /** Something has thrown that no callback of the engine is responsible for. */
  crash(error: unknown): void {
    this.#present?.crash(error);
  }

  start(_descriptors: readonly number[], events: ChildEvents): Child {
    const { reactor, openLog, crashed } = this.#options;
    let over = false;
    let line: string | undefined;
    let ready = false;
    const worker = new Worker({
      reactor,
      inherits: false,
      send: (report) => {
        if (report.kind === 'failed') ({ line } = report.failure);
        if (report.kind === 'ready') ready = true;
        // The supervisor hears of it later than the call, as of any other process.
        setImmediate(() => {
          if (!over) events.onReport(report);
        });
      },
      full: () => false,
      become: () => {},
      openLog,
      end: (status) => {
        if (ready && line !== undefined) crashed(line);
        setImmediate(() => {
          if (over) return;
          over = true;
          events.onExit(status, null);
        });
      },
    });
    this.#present = worker;
    return {
      pid: process.pid,
      full: false,
      send: (order: Order) => worker.order(order),
      kill: () => {
        if (over) return;
        over = true;
        setImmediate(() => events.onExit(EXIT.software, null));
      },
    };
  }
}
