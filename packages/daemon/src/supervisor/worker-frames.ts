import type { FrameQuery, FrameSource, FrameViewer, ProcessChoice } from 'couplet-inspector';
import type { WorkerProcess } from './worker-process.ts';

/** What is asked of a worker that is looked at. */
export type InspectedWorker = Pick<WorkerProcess, 'slot' | 'generation' | 'pid' | 'state' | 'frame' | 'send'>;

/** A worker as the parameters of a request name it. */
interface WantedWorker {
  readonly slot: number | undefined;
  readonly generation: number | undefined;
  readonly pid: number | undefined;
}

/**
 * The frames of workers, each of the one that `slot`, `generation` and `pid` of the request name. If there is none any more, they are of the
 * latest one in the same slot, and if there is none there, of the first that serves: each frame says of which it is.
 */
export class WorkerFrames implements FrameSource {
  readonly #workers: () => readonly InspectedWorker[];
  readonly #waiting: Set<() => void> = new Set();
  #viewers = 0;

  /** `workers` returns those that have not ended, those that serve first. */
  constructor(workers: () => readonly InspectedWorker[]) {
    this.#workers = workers;
  }

  view(query: FrameQuery, parameters: URLSearchParams): FrameViewer {
    const [slot, generation, pid] = ['slot', 'generation', 'pid'].map((name) => wholeIn(parameters, name));
    this.#viewers += 1;
    return new WorkerViewer(this, this.#viewers, query, { slot, generation, pid });
  }

  /** Whether workers serve may have changed: one who waits for one looks again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** The workers that can be looked at, and which of them is meant; undefined while there is none. */
  find({
    slot,
    generation,
    pid,
  }: WantedWorker): { worker: InspectedWorker; all: readonly InspectedWorker[] } | undefined {
    const all = this.#workers().filter(({ state }) => state === 'ready' || state === 'leaving');
    const inSlot = all.filter((one) => one.slot === slot);
    const worker =
      all.find((one) => one.pid === pid) ??
      inSlot.find((one) => one.generation === generation) ??
      inSlot.reduce<InspectedWorker | undefined>(
        (latest, one) => (latest === undefined || one.generation > latest.generation ? one : latest),
        undefined,
      ) ??
      all[0];
    return worker === undefined ? undefined : { worker, all };
  }

  /** Resolves when `changed` is called the next time, or the signal is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', look);
    });
  }
}

/** One who looks at a worker, and at the next one when that has ended. */
class WorkerViewer implements FrameViewer {
  readonly #frames: WorkerFrames;
  readonly #number: number;
  readonly #query: FrameQuery;
  readonly #wanted: WantedWorker;
  readonly #closed: AbortController = new AbortController();
  #worker: InspectedWorker | undefined;

  constructor(frames: WorkerFrames, number: number, query: FrameQuery, wanted: WantedWorker) {
    this.#frames = frames;
    this.#number = number;
    this.#query = query;
    this.#wanted = wanted;
  }

  async next(dropped: number): Promise<string> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const found = this.#frames.find(this.#wanted);
      if (found === undefined) {
        await this.#frames.next(signal);
        continue;
      }
      const { worker, all } = found;
      if (worker !== this.#worker) this.#leave();
      this.#worker = worker;
      const json = await worker.frame(this.#number, this.#query, dropped);
      if (json !== undefined) return `${json.slice(0, -1)},"processes":${JSON.stringify(choices(all, worker))}}`;
    }
    throw new Error('it is closed');
  }

  close(): void {
    this.#closed.abort();
    this.#leave();
  }

  #leave(): void {
    this.#worker?.send({ kind: 'unwatch', viewer: this.#number });
    this.#worker = undefined;
  }
}

function choices(all: readonly InspectedWorker[], shown: InspectedWorker): readonly ProcessChoice[] {
  return all.map((worker) => {
    const { slot, generation, pid } = worker;
    return { slot, generation, pid, shown: worker === shown };
  });
}

/** A number of a request; undefined if it is not there. Throws a `RangeError`. */
function wholeIn(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new RangeError(`${name} is '${text.slice(0, 40)}', not a whole number`);
}
