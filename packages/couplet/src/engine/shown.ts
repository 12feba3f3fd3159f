import { Filter } from '../filters/filter.ts';
import type { ConnectionDetail, ConnectionView, WaitsFor } from '../protocol/views.ts';
import { factsOf } from '../values/details.ts';
import { Calls } from './calls.ts';
import type { Home } from './life.ts';
import type { Recorder } from './recorder.ts';
import { classOf } from './report.ts';

/** What a connection shows of itself, and what it counts for that. */
export abstract class Shown extends Calls {
  /** How many bytes arrived. */
  bytesIn = 0;
  /** In how many chunks they arrived. */
  protected reads = 0;
  abstract readonly paused: boolean;
  protected abstract readonly home: Pick<Home<never>, 'origin' | 'untold'>;

  /** How many bytes the wire has taken. */
  get bytesOut(): number {
    return this.output.bytesOut;
  }

  *views(): Generator<ConnectionView> {
    yield this.view();
  }

  detail(id: number): ConnectionDetail | undefined {
    return id === this.id ? { ...this.view(), ...this.kernelFacts() } : undefined;
  }

  /** Returns what the connection shows of itself now. */
  view(): ConnectionView {
    const { maxWriteBufferBytes } = this.bounds;
    const producer = this.flow?.mode;
    const idleMs = this.wire instanceof Filter ? this.wire.stackIdleMs : undefined;
    const facts = factsOf(this.protocol);
    return {
      ...this.viewOfEnds(this.home.origin),
      protocol: classOf(this.protocol),
      state: this.state,
      waiting: this.waitsFor,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      reads: this.reads,
      writes: this.output.writes,
      queued: this.output.size,
      maxQueued: Math.max(this.output.maxSize, this.output.size),
      ...(maxWriteBufferBytes === Number.POSITIVE_INFINITY ? {} : { limit: maxWriteBufferBytes }),
      ...(producer === undefined ? {} : { producer }),
      ...(idleMs === undefined ? {} : { idleMs }),
      ...(facts === undefined ? {} : { facts }),
    };
  }

  /** What tells its chunks, while an observer asks for them. */
  protected get recorder(): Recorder | undefined {
    const { recorder } = this.engine;
    return recorder === undefined || this.home.untold === true ? undefined : recorder;
  }

  protected get waitsFor(): WaitsFor {
    if (this.state === 'gone') return 'nothing';
    if (this.output.upgrading) return 'handshake';
    if (this.pending) return 'promise';
    if (this.paused) return 'paused';
    return this.output.held > 0 || this.linger !== undefined ? 'peer' : 'nothing';
  }

  protected override failed(): void {
    this.home.origin.tally.errors += 1;
  }
}
