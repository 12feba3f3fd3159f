import type { Engine } from '../engine/engine.ts';
import type { Home } from '../engine/life.ts';
import { Group } from '../engine/live.ts';
import type { Origin } from '../engine/origin.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import { Tally } from '../engine/tally.ts';
import type { ProcessView } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { ProcessPlace } from '../seam/processes.ts';
import type { Subprocess, SubprocessOwner } from './subprocess.ts';

/** The child processes of one reactor. */
export class Subprocesses extends Group<Subprocess> implements SubprocessOwner {
  readonly engine: Engine;
  readonly pipes: Home<StreamTransport>;
  readonly #runtime: string;

  /** `runtime` is the name of the backend. */
  constructor(engine: Engine, runtime: string) {
    super(engine, engine.live);
    this.engine = engine;
    this.#runtime = runtime;
    const factory = { logPrefix: () => 'spawnProcess' };
    const origin: Origin = { id: engine.newId(), role: 'client', factory, tally: new Tally() };
    // Each process knows its own.
    this.pipes = { origin, untold: true, add: () => {}, lost: () => {} };
  }

  /** Starts a process. It is told of the outcome after this has returned. */
  start(subprocess: Subprocess, place: ProcessPlace): void {
    this.add(subprocess);
    const { processes, stopping } = this.engine;
    if (processes === undefined) this.#refuse(subprocess, `the runtime '${this.#runtime}' cannot start processes`);
    else if (stopping) this.#refuse(subprocess, 'the reactor has stopped');
    else processes.spawn(place, subprocess);
  }

  /** Shows those that are not connections, each as it is when it is asked for. */
  *processes(): Generator<ProcessView> {
    for (const subprocess of this) {
      const view = subprocess.view();
      if (view !== undefined) yield view;
    }
  }

  #refuse(subprocess: Subprocess, detail: string): void {
    const cause: Cause = { kind: 'other', code: '', detail };
    this.engine.yield(() => subprocess.onFailed(cause));
  }
}
