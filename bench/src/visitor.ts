import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.ts';
import type { Server, Stage, Take, Window } from './row.ts';

/** By then the server has handled what the load left behind, and the kernel has booked it. */
const restMs = 10;
/** Of the CPU time that the process spent, so much must be that of threads that are there still. */
const accounted = 0.95;
/**
 * How a server is measured slice by slice. The load program takes, as lines on standard input, for how many milliseconds it is
 * to work, and prints a `Window` for each when it rests again.
 */
export interface Visits {
  start(stage: Stage): Promise<Server>;
  readonly load: string;
  readonly options: Readonly<Record<string, number>>;
  /** The count after which a server is warm; not given: after a second of its CPU time. A few seconds are enough in any case. */
  readonly warmup?: number;
}

/** One slice of the load, between two rests. */
export interface Visit {
  readonly window: Window;
  /** CPU microseconds of the server for each thing counted; NaN when a thread took its share away with its end. */
  readonly each: number;
}

/**
 * CPU time that the threads of a process, and of those that it has started, have spent, in nanoseconds. One that runs now lags behind by up
 * to a tick.
 */
function spent(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const folder = `/proc/${pid}/task/${thread}`;
    const [ran = ''] = readFileSync(`${folder}/schedstat`, 'utf8').split(' ');
    const children = readFileSync(`${folder}/children`, 'utf8').split(' ').filter(Boolean);
    return sum + Number(ran) + children.reduce((theirs, child) => theirs + spent(Number(child)), 0);
  }, 0);
}

/** A server and its load, both up as long as their stage: the load rests until it is told to visit. */
export class Visitor {
  private readonly server: Server;
  private readonly load: Program;
  private readonly sliceMs: number;

  private constructor(server: Server, load: Program, ms: number) {
    this.server = server;
    this.load = load;
    this.sliceMs = ms;
  }

  /** Starts both and warms the server up. */
  static async start(stage: Stage, visits: Visits): Promise<Visitor> {
    const server = await visits.start(stage);
    const load = stage.hold(visits.load, server, visits.options);
    const visitor = new Visitor(server, load, stage.pace.sliceMs);
    const { warmup } = visits;
    const { warmCpu, longestWarming } = stage.pace;
    for (let count = 0, cpu = 0, seconds = 0; seconds < longestWarming; ) {
      const { window } = await visitor.visit();
      count += window.count;
      cpu += window.cpu;
      seconds += window.seconds;
      if (warmup === undefined ? cpu >= warmCpu : count >= warmup) break;
    }
    return visitor;
  }

  async visit(): Promise<Visit> {
    const { pid, program } = this.server;
    const before = spent(pid);
    this.load.tell(String(this.sliceMs));
    const window = await this.window().catch((error: unknown) => {
      throw program.complaint === ''
        ? error
        : new Error(`${String(error)}; the server said: ${program.complaint.trim()}`);
    });
    await sleep(restMs);
    const cpu = spent(pid) - before;
    return { window, each: cpu < accounted * window.cpu * 1e9 ? Number.NaN : cpu / window.count / 1000 };
  }

  private async window(): Promise<Window> {
    return JSON.parse(await this.load.line()) as Window;
  }
}

/** Takes slices as samples. Their figures are `rate`, things counted in a second, and `cpu`, microseconds for each. */
export function sliced(visits: Visits): (stage: Stage) => Promise<Take> {
  return async (stage) => {
    const visitor = await Visitor.start(stage, visits);
    return async () => {
      const { window, each } = await visitor.visit();
      return { figures: { rate: window.count / window.seconds, cpu: each }, busy: window };
    };
  };
}
