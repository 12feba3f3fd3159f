import type { Child, ChildSink, ProcessPlace, SpawnSink } from 'couplet/testing';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';

/** A wire that knows whether it is paused. */
export class PipeWire extends FakeWire {
  paused = false;

  override pause(): void {
    this.paused = true;
  }

  override resume(): void {
    this.paused = false;
  }
}

/** A child that does what a test says: its wires are fake, and its end is told by `exit`. */
export class FakeChild implements Child {
  readonly pid = 4712;
  readonly stdin: PipeWire = new PipeWire();
  readonly stdout: PipeWire = new PipeWire();
  readonly stderr: PipeWire = new PipeWire();
  readonly signals: string[] = [];
  readonly #sink: ChildSink;

  constructor(sink: SpawnSink) {
    this.#sink = sink.onStarted(this);
  }

  get sink(): ChildSink {
    return this.#sink;
  }

  signal(name: string): boolean {
    this.signals.push(name);
    return true;
  }

  release(): void {
    this.signals.push('released');
  }

  /** It ends, and so do its pipes. */
  end(): void {
    const { stdin, stdout, stderr, onExited } = this.#sink;
    onExited({ exitCode: 0, signal: undefined });
    for (const output of [stdout, stderr]) output?.onEof();
    for (const pipe of [stdin, stdout, stderr]) pipe?.onClosed({ kind: 'done', code: '', detail: '' });
  }
}

/** A backend whose children run when a test says so. */
export class ChildBackend extends FakeBackend {
  readonly starting: SpawnSink[] = [];
  readonly processes = {
    spawn: (_place: ProcessPlace, sink: SpawnSink): void => void this.starting.push(sink),
  };

  /** The next child runs. */
  start(): FakeChild {
    const sink = this.starting.shift();
    if (sink === undefined) throw new Error('no child is to be started');
    return new FakeChild(sink);
  }
}
