import type { HostAddress } from '../src/seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace } from '../src/seam/backend.ts';
import type { Cause } from '../src/seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from '../src/seam/tls.ts';

/**
 * A backend with virtual time and no network: time passes when a test says so, ports cannot be opened, attempts never end.
 * It writes down what it is asked for.
 */
export class FakeBackend implements Backend {
  readonly name: string = 'fake';
  readonly pid: number = 4711;
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
  readonly complaints: string[] = [];
  /** The same as they are for a terminal. */
  readonly layouts: (readonly string[])[] = [];
  /** What `defer` and `yield` put off. */
  readonly deferred: (() => void)[] = [];
  readonly yielded: (() => void)[] = [];
  #ring: () => void = () => {};

  constructor(time = 0) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  wallClock(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  alarm(at: number | undefined, ring: () => void): void {
    this.alarms += 1;
    this.alarmAt = at;
    this.#ring = ring;
  }

  defer(task: () => void): void {
    this.deferred.push(task);
  }

  yield(task: () => void): void {
    this.yielded.push(task);
  }

  async listen(place: ListenPlace): Promise<Listener | Cause> {
    this.listened.push(place);
    return { kind: 'bind', code: 'EFAKE', detail: 'there is no network' };
  }

  connect(place: ConnectPlace, _attempt: Attempt): { cancel(): void } {
    this.connected.push(place);
    return { cancel: () => {} };
  }

  tlsContext({ role }: TlsServerSettings | TlsClientSettings): TlsContext {
    return { role };
  }

  async resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return { kind: 'lookup', code: '', detail: `${host} has no address` };
  }

  environment(name: string): string | undefined {
    return this.variables.get(name);
  }

  async readFile(path: string): Promise<Buffer | Cause> {
    return { kind: 'other', code: 'ENOENT', detail: `there is no ${path}` };
  }

  catchSignals(): () => void {
    return () => {};
  }

  complain(line: string, lines: readonly string[] = [line]): void {
    this.complaints.push(line);
    this.layouts.push(lines);
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
}
