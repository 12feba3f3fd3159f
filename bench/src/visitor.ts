import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.ts';
import type { Server, Stage, Visits, Window } from './row.ts';

/** By then the server has handled what the load left behind, and the kernel has booked it. */
const restMs = 10;
/** Seconds. */
const longestWarmup = 5;
/** Of the CPU time that the process spent, so much must be that of threads that are there still. */
const accounted = 0.95;

/** One slice of the load, between two rests. */
export interface Visit {
  readonly window: Window;
  /** CPU nanoseconds of the server for each thing counted; undefined when a thread took its share away with its end. */
  readonly each: number | undefined;
}

/** CPU time that the threads of a process have spent, in nanoseconds. One that runs now lags behind by up to a tick. */
function spent(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [ran = ''] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(ran);
  }, 0);
}

/** A server and its load, both up as long as their stage: the load rests until it is told to visit. */
export class Visitor {
  private readonly server: Server;
  private readonly load: Program;

  private constructor(server: Server, load: Program) {
    this.server = server;
    this.load = load;
  }

  /** Starts both and warms the server up. */
  static async start(stage: Stage, visits: Visits): Promise<Visitor> {
    const server = await visits.start(stage);
    const visitor = new Visitor(server, stage.hold(visits.load, server, visits.options));
    const { warmup } = visits;
    for (let count = 0, cpu = 0, seconds = 0; seconds < longestWarmup; ) {
      const { window } = await visitor.visit(250);
      count += window.count;
      cpu += window.cpu;
      seconds += window.seconds;
      if (warmup === undefined ? cpu >= 1 : count >= warmup) break;
    }
    return visitor;
  }

  async visit(ms: number): Promise<Visit> {
    const { pid } = this.server;
    const before = spent(pid);
    this.load.tell(String(ms));
    const window = JSON.parse(await this.load.line()) as Window;
    await sleep(restMs);
    const cpu = spent(pid) - before;
    return { window, each: cpu < accounted * window.cpu * 1e9 ? undefined : cpu / window.count };
  }
}
