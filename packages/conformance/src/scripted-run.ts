import type { ErrorReport } from 'couplet';
import { Reactor } from 'couplet';
import { expectSame } from './check.ts';
import { ScriptedBackend } from './scripted-backend.ts';
import type { BackendUnderTest } from './stage.ts';

/** What a reactor's `run` is doing. */
export interface Run {
  /** It has resolved. */
  readonly over: boolean;
  readonly ended: Promise<void>;
}

/** A reactor on a scripted backend: what a check finds here is exact, and nothing waits for real time. */
export class ScriptedRun {
  readonly backend: ScriptedBackend;
  /** Not running until the check runs it. */
  readonly reactor: Reactor;
  /** What callbacks threw. A check that expects it takes it away; what is left at the end fails the check. */
  readonly reports: ErrorReport[] = [];

  private constructor(underTest: BackendUnderTest) {
    this.backend = new ScriptedBackend(underTest.backend());
    this.reactor = new Reactor(this.backend);
    this.reactor.observe({ error: (report) => this.reports.push(report) });
  }

  /** Plays a scene, and fails when errors were reported that it did not expect. */
  static async play(underTest: BackendUnderTest, scene: (scripted: ScriptedRun) => Promise<void>): Promise<void> {
    const scripted = new ScriptedRun(underTest);
    await scene(scripted);
    expectSame(scripted.takeReports(), [], 'the list of reported errors');
  }

  /** Runs the reactor. */
  run(): Run {
    const ended = this.reactor.run();
    const run = { over: false, ended };
    void ended.then(() => {
      run.over = true;
    });
    return run;
  }

  /** Takes away what callbacks threw so far: who, where and what. */
  takeReports(): string[] {
    return this.reports.splice(0).map(({ who, where, error }) => `${who}: ${where}: ${String(error)}`);
  }

  /** When the attempts began so far, as milliseconds since the first one. */
  beginnings(): number[] {
    const { attempts } = this.backend;
    return attempts.map(({ at }) => at - (attempts[0]?.at ?? 0));
  }
}
