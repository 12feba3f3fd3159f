import type { ClockFacet } from '../seam/clock.ts';
import { described } from '../values/checks.ts';
import type { DelayedCall } from './clock.ts';
import { Heap, type HeapEntry } from './heap.ts';

/** What timers need: the time, and one alarm. */
export type Alarm = Pick<ClockFacet, 'now' | 'alarm'>;

/** A call that waits, as views show it. */
export interface WaitingCall extends DelayedCall {
  /** Its number among all that were ever scheduled. */
  readonly order: number;
  /** What it is for, if that was said. */
  readonly subject: unknown;
}

/** A call that waits in the heap. */
class ScheduledCall implements WaitingCall, HeapEntry {
  readonly #timers: Timers;
  readonly order: number;
  /** When it is to run. */
  time: number;
  /** Its time in the order of the heap: `time`, or an earlier one if the call was moved later since. */
  key: number;
  /** Its place in the heap; -1 when it is not there. */
  place = -1;
  task: () => void;
  /** What the call is for, if that is shown in views. */
  readonly subject: unknown;

  constructor(timers: Timers, order: number, time: number, task: () => void, subject: unknown) {
    this.subject = subject;
    this.#timers = timers;
    this.order = order;
    this.time = time;
    this.key = time;
    this.task = task;
  }

  get active(): boolean {
    return this.place >= 0;
  }

  getTime(): number {
    return this.time;
  }

  cancel(): void {
    if (this.active) this.#timers.remove(this);
  }

  reset(delayMs: number): void {
    checkDelay(delayMs);
    this.#move(this.#timers.now() + delayMs);
  }

  delay(delayMs: number): void {
    if (!Number.isFinite(delayMs)) throw new RangeError(`a delay of ${delayMs} ms is not a finite number`);
    this.#move(this.time + delayMs);
  }

  #move(time: number): void {
    if (!this.active) throw new Error('the call has run or was cancelled');
    this.#timers.move(this, time);
  }
}

function nothing(): void {}

function checkDelay(delayMs: number): void {
  // A string of digits can be compared with a number, but is joined to the time, not added.
  if (typeof delayMs !== 'number') throw new RangeError(`a delay is ${described(delayMs)}, not a number of ms`);
  if (!(delayMs >= 0) || delayMs === Number.POSITIVE_INFINITY) {
    throw new RangeError(`a delay of ${delayMs} ms is not a finite number of at least 0`);
  }
}

/**
 * All delayed calls of a reactor, in a heap behind the one alarm of the backend. Moving a call later only notes its new time: the
 * heap is put in order when the old time comes.
 */
export class Timers {
  readonly #alarm: Alarm;
  readonly #run: (task: () => void) => void;
  readonly #heap: Heap<ScheduledCall> = new Heap();
  #order = 0;
  /** What the alarm is set to. */
  #armed: number | undefined;
  #ringing = false;
  #held = false;
  /** Called for each call that runs, with how many milliseconds after its time that is; undefined unless it is measured. */
  onRing: ((lateMs: number) => void) | undefined;

  /** `run` gets each task when its time has come. */
  constructor(alarm: Alarm, run: (task: () => void) => void) {
    this.#alarm = alarm;
    this.#run = run;
  }

  now(): number {
    return this.#alarm.now();
  }

  /** The calls that wait, in the order in which they will run. */
  list(): readonly WaitingCall[] {
    return this.#heap.entries.toSorted((a, b) => a.time - b.time || a.order - b.order);
  }

  callLater(delayMs: number, task: () => void, subject?: unknown): DelayedCall {
    checkDelay(delayMs);
    this.#order += 1;
    const call = new ScheduledCall(this, this.#order, this.now() + delayMs, task, subject);
    this.#heap.add(call);
    this.#arm();
    return call;
  }

  /** While held, the alarm stays on with no call to wait for: that keeps the process alive. */
  hold(held: boolean): void {
    this.#held = held;
    this.#arm();
  }

  /** Drops every call. */
  clear(): void {
    for (const call of this.#heap.entries) call.task = nothing;
    this.#heap.clear();
    this.#arm();
  }

  remove(call: ScheduledCall): void {
    this.#take(call);
    this.#arm();
  }

  move(call: ScheduledCall, time: number): void {
    call.time = time;
    if (time >= call.key) return;
    call.key = time;
    this.#heap.moved(call);
    this.#arm();
  }

  /** The alarm rang: runs what is due, but not the calls that these schedule. If one throws, the alarm is set nevertheless. */
  readonly #ring = (): void => {
    this.#armed = undefined;
    this.#ringing = true;
    try {
      this.#runDue(this.now(), this.#order);
    } finally {
      this.#ringing = false;
      this.#arm();
    }
  };

  #runDue(now: number, newest: number): void {
    for (;;) {
      const call = this.#heap.first;
      if (call === undefined || call.key > now) break;
      if (call.time > call.key) {
        call.key = call.time;
        this.#heap.moved(call);
        continue;
      }
      if (call.order > newest) break;
      const { task } = call;
      this.onRing?.(this.now() - call.time);
      this.#take(call);
      this.#run(task);
    }
  }

  /** An alarm that is set too early is left as it is: it will look again. */
  #arm(): void {
    if (this.#ringing) return;
    const at = this.#heap.first?.key ?? (this.#held ? Number.POSITIVE_INFINITY : undefined);
    if (at === undefined) {
      if (this.#armed !== undefined) this.#alarm.alarm(undefined, this.#ring);
    } else if (this.#armed === undefined || at < this.#armed) this.#alarm.alarm(at, this.#ring);
    else return;
    this.#armed = at;
  }

  /** Removes a call: it is not active any more, and its task can be collected. */
  #take(call: ScheduledCall): void {
    this.#heap.remove(call);
    call.task = nothing;
  }
}
