import assert from 'node:assert/strict';
import type { DelayedCall } from 'couplet';
import type { Clock } from 'couplet/testing';
import type { Order, Report, StartOrder } from '../../src/ipc/messages.ts';
import type { Child, ChildEvents, Children } from '../../src/supervisor/child.ts';
import { counters } from './counters.ts';

/** How a fake process behaves. Times are in milliseconds of the clock. */
export interface Conduct {
  /** What comes of its start, after `startMs`; `never`: nothing. */
  readonly start: 'ready' | 'fails' | 'exits' | 'never' | 'cannot be spawned';
  readonly startMs: number;
  /** How long its connections take to end; Infinity: until they are aborted. */
  readonly drainMs: number;
  /** How long its turn as the leader takes to end once it is told. */
  readonly yieldMs: number;
  /** Whether it lives on after SIGKILL: a process that hangs in the system. */
  readonly immortal: boolean;
}

const SOUND: Conduct = { start: 'ready', startMs: 10, drainMs: 20, yieldMs: 5, immortal: false };

/** How often it says that it is alive. */
const BEAT_MS = 2000;

/** A process that a test drives: it carries out orders as its conduct says, unless it hangs. */
export class FakeProcess implements Child {
  readonly pid: number;
  readonly full = false;
  readonly descriptors: readonly number[];
  readonly orders: Order[] = [];
  readonly signals: string[] = [];
  readonly conduct: Conduct;
  /** Whether it carries out services that run in one process only. */
  leads = false;
  alive = true;
  /** Whether it was told to drain. */
  drains = false;
  /** What it says of its memory and connections. */
  residentBytes = 1;
  open = 0;
  #hangs = false;
  readonly #clock: Clock;
  readonly #events: ChildEvents;
  readonly #timers: Set<DelayedCall> = new Set();
  readonly #leading: (process: FakeProcess) => void;

  constructor(
    clock: Clock,
    pid: number,
    descriptors: readonly number[],
    events: ChildEvents,
    conduct: Conduct,
    leading: (process: FakeProcess) => void,
  ) {
    this.#clock = clock;
    this.pid = pid;
    this.descriptors = descriptors;
    this.#events = events;
    this.conduct = conduct;
    this.#leading = leading;
  }

  /** The order that started it. */
  get started(): StartOrder {
    const order = this.orders.find((one) => one.kind === 'start');
    assert.ok(order?.kind === 'start', 'it has not been told to start');
    return order;
  }

  get slot(): number {
    return this.started.slot;
  }

  get generation(): number {
    return this.started.generation;
  }

  /** What the settings of its application say: which code it runs. */
  get code(): unknown {
    return this.started.settings;
  }

  told(kind: Order['kind']): boolean {
    return this.orders.some((order) => order.kind === kind);
  }

  send(order: Order): void {
    if (!this.alive) return;
    this.orders.push(order);
    this.#later(0, () => this.#obey(order));
  }

  kill(signal: 'SIGTERM' | 'SIGABRT' | 'SIGKILL'): void {
    if (!this.alive) return;
    this.signals.push(signal);
    if (signal === 'SIGKILL' ? !this.conduct.immortal : !this.#hangs) this.exit(null, signal);
  }

  /** It says nothing and does nothing any more; SIGABRT waits. */
  hang(): void {
    this.#hangs = true;
  }

  /** It says something. */
  report(report: Report): void {
    if (this.alive && !this.#hangs) this.#events.onReport(report);
  }

  /** It ends. */
  exit(status: number | null, signal: string | null = null, error?: Error): void {
    if (!this.alive) return;
    this.alive = false;
    this.leads = false;
    for (const timer of this.#timers) timer.cancel();
    this.#events.onExit(status, signal, error);
  }

  /** It says that it is alive, with what it counts. */
  beat(): void {
    this.report({ kind: 'alive', counters: counters({ residentBytes: this.residentBytes, open: this.open }) });
  }

  #later(ms: number, call: () => void): void {
    const timer = this.#clock.callLater(ms, () => {
      this.#timers.delete(timer);
      if (this.alive && !this.#hangs) call();
    });
    this.#timers.add(timer);
  }

  #obey(order: Order): void {
    switch (order.kind) {
      case 'start':
        this.#start();
        break;
      case 'lead':
        if (order.leads) this.#lead(true);
        else this.#later(this.leads ? this.conduct.yieldMs : 0, () => this.#lead(false));
        break;
      case 'drain':
        this.drains = true;
        if (this.conduct.drainMs < Infinity || order.timeoutMs < Infinity)
          this.#later(Math.min(this.conduct.drainMs, order.timeoutMs), () => this.#drained(order.timeoutMs));
        break;
      case 'abort':
        this.exit(0);
        break;
      case 'certificates':
        this.report({ kind: 'certificates', id: order.id });
        break;
      case 'frame': {
        const { id, viewer, query, dropped } = order;
        this.report({ kind: 'frame', id, json: JSON.stringify({ pid: this.pid, viewer, dropped, sort: query.sort }) });
        break;
      }
      default:
    }
  }

  #lead(leads: boolean): void {
    this.leads = leads;
    if (leads) this.#leading(this);
    this.report({ kind: 'led', leads });
  }

  #start(): void {
    const { start, startMs } = this.conduct;
    if (start === 'cannot be spawned') {
      this.exit(null, null, new Error('spawn EAGAIN'));
      return;
    }
    const beat = (): void => {
      this.beat();
      this.#later(BEAT_MS, beat);
    };
    beat();
    if (start === 'never') return;
    this.#later(startMs, () => {
      if (start === 'ready') this.report({ kind: 'ready' });
      else if (start === 'exits') this.exit(0);
      else {
        this.report({ kind: 'failed', failure: { line: 'app.ts:3: it is broken', status: 70 } });
        this.#later(1, () => this.exit(70));
      }
    });
  }

  #drained(timeoutMs: number): void {
    const closed = this.conduct.drainMs <= timeoutMs;
    this.report({ kind: 'drained', closed: closed ? this.open : 0, aborted: closed ? 0 : this.open });
    this.exit(0);
  }
}

/** Starts fake processes, and sees to it that no two with the same service lead. */
export class FakeChildren implements Children {
  readonly all: FakeProcess[] = [];
  /** The conduct of those that start from now on. */
  conduct: Partial<Conduct> = {};
  readonly #clock: Clock;
  readonly #inUse: (descriptors: readonly number[]) => void;

  /** `inUse` is told which descriptors a process inherits. */
  constructor(clock: Clock, inUse: (descriptors: readonly number[]) => void) {
    this.#clock = clock;
    this.#inUse = inUse;
  }

  get living(): readonly FakeProcess[] {
    return this.all.filter(({ alive }) => alive);
  }

  get leaders(): readonly FakeProcess[] {
    return this.living.filter(({ leads }) => leads);
  }

  start(descriptors: readonly number[], events: ChildEvents): Child {
    this.#inUse(descriptors);
    const conduct = { ...SOUND, ...this.conduct };
    const pid = 1001 + this.all.length;
    const process = new FakeProcess(this.#clock, pid, descriptors, events, conduct, ({ started: { group } }) => {
      const leaders = this.leaders.filter(({ started }) => started.group.some((service) => group.includes(service)));
      const shown = leaders.map((one) => `${one.pid} (slot ${one.slot}.${one.generation})`);
      assert.ok(leaders.length <= 1, `at ${this.#clock.now()} ms several processes lead: ${shown.join(', ')}`);
    });
    this.all.push(process);
    return process;
  }
}
