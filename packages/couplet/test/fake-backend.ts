import type { Backend, Resolver } from '../src/seam/backend.ts';
import type { ClockFacet } from '../src/seam/clock.ts';
import type { ConnectPlace, ListenPlace, Streams } from '../src/seam/streams.ts';
import type { Surroundings } from '../src/seam/surroundings.ts';

/**
 * A backend with virtual time and no network: time passes when a test says so, ports cannot be opened, attempts never end.
 * It writes down what it is asked for.
 */
export class FakeBackend implements Backend {
  readonly name: string = 'fake';
  /** The environment of the process. */
  readonly variables: Map<string, string> = new Map();
  /** The present time. */
  time: number;
  /** What `random` answers. */
  chance = 0.5;
  /** What the alarm is set to; undefined when it is off. */
  alarmAt: number | undefined;
  /** How many times `alarm` was called, and how many times it rang. */
  alarms = 0;
  rings = 0;
  readonly listened: ListenPlace[] = [];
  readonly connected: ConnectPlace[] = [];
  readonly warnings: string[] = [];
  /** The same as they are for a terminal. */
  readonly layouts: (readonly string[])[] = [];
  /** What `defer` and `yield` put off. */
  readonly deferred: (() => void)[] = [];
  readonly yielded: (() => void)[] = [];
  readonly clock: ClockFacet = {
    now: () => this.time,
    wallClock: () => this.time,
    random: () => this.chance,
    alarm: (at, ring) => {
      this.alarms += 1;
      this.alarmAt = at;
      this.#ring = ring;
    },
    defer: (task) => this.deferred.push(task),
    yield: (task) => this.yielded.push(task),
  };
  readonly streams: Streams = {
    listen: async (place) => {
      this.listened.push(place);
      return { kind: 'bind', code: 'EFAKE', detail: 'there is no network' };
    },
    connect: (place) => {
      this.connected.push(place);
      return { cancel: () => {} };
    },
    tlsContext: ({ role }) => ({ role }),
  };
  readonly names: Resolver = {
    resolve: async (host) => ({ kind: 'lookup', code: '', detail: `${host} has no address` }),
  };
  readonly surroundings: Surroundings = {
    pid: 4711,
    environment: (name) => this.variables.get(name),
    readFile: async (path) => ({ kind: 'other', code: 'ENOENT', detail: `there is no ${path}` }),
    catchSignals: () => () => {},
    warn: (line, lines = [line]) => {
      this.warnings.push(line);
      this.layouts.push(lines);
    },
  };
  #ring: () => void = () => {};

  constructor(time = 0) {
    this.time = time;
  }

  /** Lets time pass; the alarm rings each time exactly when it is set to. */
  advance(ms: number): void {
    const end = this.time + ms;
    while (this.alarmAt !== undefined && this.alarmAt <= end) {
      this.time = Math.max(this.time, this.alarmAt);
      this.ring();
    }
    this.time = end;
  }

  /** Lets time pass during which nothing can run: the alarm rings late, at its end. */
  block(ms: number): void {
    this.time += ms;
    while (this.alarmAt !== undefined && this.alarmAt <= this.time) this.ring();
  }

  /** The alarm rings now, whatever it is set to. */
  ring(): void {
    this.alarmAt = undefined;
    this.rings += 1;
    this.#ring();
  }

  /** Runs what was deferred, and what that defers. */
  runDeferred(): void {
    for (const task of this.deferred) task();
    this.deferred.length = 0;
  }

  /** The other events have had their turn. Returns how many tasks had waited for that. */
  runYielded(): number {
    const tasks = this.yielded.splice(0);
    for (const task of tasks) task();
    return tasks.length;
  }
}
