import type { Backend } from 'couplet/testing';
import { expectSame } from './check.ts';
import { ScriptedRun } from './scripted-run.ts';
import type { BackendUnderTest } from './stage.ts';
import { Stage } from './stage.ts';
import { Suite } from './suite.ts';
import { WatchedBackend } from './watched-backend.ts';

/** A suite that has more kinds of check: watched ones, and rehearsals. */
export class AllSuites extends Suite {
  readonly #underTest: BackendUnderTest;

  constructor(underTest: BackendUnderTest) {
    super(underTest);
    this.#underTest = underTest;
  }

  /** Adds a check for backends that have UNIX sockets. */
  addUnix(name: string, scene: (stage: Stage) => Promise<void>): void {
    if (this.#underTest.unixPath !== undefined) this.add(name, scene);
  }

  /** Adds a check whose backend is watched; it fails also when the reactor, once stopped, holds anything of it. */
  addWatched(name: string, scene: (stage: Stage, backend: WatchedBackend) => Promise<void>): void {
    const underTest = this.#underTest;
    const run = async (): Promise<void> => {
      const backend = new WatchedBackend(underTest.backend());
      await Stage.play({ ...underTest, backend: () => backend }, (stage) => scene(stage, backend));
      // What was deferred may still have to run.
      await new Promise<void>((resolve) => backend.clock.yield(resolve));
      expectSame(backend.held, [], 'what the stopped reactor still uses');
    };
    this.checks.push({ name, run });
  }

  /** Adds a check of a backend by itself. */
  addBare(name: string, scene: (backend: Backend) => Promise<void>): void {
    const underTest = this.#underTest;
    const run = async (): Promise<void> => {
      const backend = underTest.backend();
      try {
        await scene(backend);
      } finally {
        backend.clock.alarm(undefined, () => {});
      }
    };
    this.checks.push({ name, run });
  }

  /** Adds a check in which nothing is left to the network or to time. */
  addRehearsed(name: string, scene: (scripted: ScriptedRun) => Promise<void>): void {
    this.checks.push({ name, run: () => ScriptedRun.play(this.#underTest, scene) });
  }
}
