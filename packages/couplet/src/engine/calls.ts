import { Filter } from '../filters/filter.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Wire } from '../seam/wire.ts';
import { isInterruption } from '../time/waits.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Engine } from './engine.ts';
import { Life } from './life.ts';
import { delivers, over } from './life-cycle.ts';
import type { Prelude } from './prelude.ts';
import { classOf, errorOf } from './report.ts';
import type { Mark } from './stopwatch.ts';

/** The connections that have begun to end, and whose protocols are still to be told. */
const LEAVING: WeakSet<Calls> = new WeakSet();

/**
 * How a connection calls its protocol: what a callback throws is reported and ends the connection, a promise that it returns pauses
 * the reading, and its time is taken while an observer asks for slow callbacks.
 */
export abstract class Calls extends Life {
  protected readonly protocol: Callbacks;
  /** How many promises of callbacks are pending; unless it is 0, nothing is read. */
  #pending = 0;

  constructor(engine: Engine, wire: Wire, protocol: Callbacks, bounds: ConnectionBounds, prelude: Prelude) {
    super(engine, wire, bounds, prelude);
    this.protocol = protocol;
  }

  /** True while a promise of a callback is pending. */
  protected get pending(): boolean {
    return this.#pending > 0;
  }

  /** The policies of the connection, if one of them bounds how fast messages are passed on. */
  get '~pacer'(): Filter | undefined {
    return this.wire instanceof Filter && this.wire.pacesMessages ? this.wire : undefined;
  }

  /** How many bytes the protocol holds of messages that may still become whole. */
  get heldBytes(): number {
    if (!delivers(this.state)) return 0;
    try {
      return this.protocol.heldBytes ?? 0;
    } catch (error) {
      this.fail('heldBytes', error);
      return 0;
    }
  }

  /** Reading may go on, because a promise has settled. */
  protected abstract settled(): void;

  /** An error of the protocol was reported. */
  protected abstract failed(): void;

  /** Runs a callback of the application. */
  protected call(where: string, callback: () => unknown): void {
    const mark = this.engine.stopwatch?.begin();
    try {
      const result = callback();
      if (result !== undefined) this.await(where, result);
    } catch (error) {
      this.fail(where, error);
    } finally {
      this.called(mark, where);
    }
  }

  /** Calls a callback whose promise pauses nothing, and is not waited for. */
  protected notify(where: string, callback: () => unknown): void {
    // For a report, since the promise may reject when the connection is gone.
    this.getPeer();
    const mark = this.engine.stopwatch?.begin();
    try {
      const result = callback();
      if (isThenable(result)) promiseOf(result).catch((error) => this.engine.run(() => this.fail(where, error)));
    } catch (error) {
      this.fail(where, error);
    } finally {
      this.called(mark, where);
    }
  }

  /** Calls `draining` of the protocol, unless the connection ends already. A promise that this returns is not waited for. */
  tellDraining(leftMs: number): void {
    if (this.disconnecting) return;
    this.notify('draining', () => this.protocol.draining?.(leftMs));
  }

  protected override beginToEnd(): void {
    if (this.protocol.leaving === undefined) return;
    LEAVING.add(this);
    this.schedule();
  }

  /** Calls `leaving` of the protocol if that is due. Returns true if it was. */
  protected tellLeaving(): boolean {
    // To look into the set costs more than all else here.
    const due = this.protocol.leaving !== undefined && LEAVING.delete(this);
    if (due) this.notify('leaving', () => this.protocol.leaving?.());
    return due;
  }

  /** Passes on the descriptors that the peer hands over, to a protocol that takes them. */
  protected takeDescriptors(): void {
    if (this.protocol.fileDescriptorReceived === undefined) return;
    this.wire.kernel?.receiveDescriptors?.((fd) => {
      if (!delivers(this.state)) return false;
      this.engine.run(() => this.call('fileDescriptorReceived', () => this.protocol.fileDescriptorReceived?.(fd)));
      return true;
    });
  }

  /** A callback has ended, which began with that mark of the stopwatch. */
  protected called(mark: Mark | undefined, where: string): void {
    if (mark !== undefined) this.engine.stopwatch?.end(mark, () => classOf(this.protocol), where, this.id);
  }

  /** A callback returned a promise: nothing is read until it settles. */
  protected await(where: string, result: unknown): void {
    if (!isThenable(result)) return;
    // Remembers the address for a report, since the promise may reject when the connection is gone.
    this.getPeer();
    this.#pending += 1;
    if (delivers(this.state)) this.wire.pause();
    const settled = (): void => {
      this.#pending -= 1;
      this.settled();
      if (over(this.state)) this.linger?.heard(this.engine.now());
      this.schedule();
    };
    promiseOf(result).then(settled, (error) =>
      this.engine.run(() => {
        this.fail(where, error);
        settled();
      }),
    );
  }

  protected fail(where: string, error: unknown): void {
    // What the connection waited for has ended with it.
    if (isInterruption(error) && over(this.state)) return;
    const who = `${classOf(this.protocol)} at ${this.getPeer().authority}`;
    this.failed();
    this.engine.report({ who, where, error });
    this.abort(errorOf(error));
  }
}
