import type { Clock, DelayedCall } from '../time/clock.ts';

/** A delayed call that one connection made. */
class OwnCall implements DelayedCall {
  /** What the protocol was doing when it made it. */
  readonly maker: string;
  readonly #call: DelayedCall;
  readonly #cancelled: (call: OwnCall) => void;

  constructor(maker: string, call: DelayedCall, cancelled: (call: OwnCall) => void) {
    this.maker = maker;
    this.#call = call;
    this.#cancelled = cancelled;
  }

  get active(): boolean {
    return this.#call.active;
  }

  getTime(): number {
    return this.#call.getTime();
  }

  cancel(): void {
    this.#call.cancel();
    this.#cancelled(this);
  }

  reset(delayMs: number): void {
    this.#call.reset(delayMs);
  }

  delay(delayMs: number): void {
    this.#call.delay(delayMs);
  }
}

/** The timers that one connection makes with its own clock: none of them may outlive it. */
export class ConnectionClock {
  /** The clock that the connection is given in place of its reactor's. */
  readonly clock: Clock;
  readonly #calls: Set<OwnCall> = new Set();

  /** `maker` returns what the protocol is doing; `ran` is called before each delayed call, with what its protocol did when it made it. */
  constructor(clock: Clock, maker: () => string, ran: (maker: string) => void) {
    const callLater = <A extends unknown[]>(
      delayMs: number,
      call: (...args: A) => unknown,
      ...args: A
    ): DelayedCall => {
      if (typeof call !== 'function') return clock.callLater(delayMs, call, ...args);
      const due = (): unknown => {
        this.#calls.delete(own);
        ran(own.maker);
        return call(...args);
      };
      // An error report names the function.
      Object.defineProperty(due, 'name', Object.getOwnPropertyDescriptor(call, 'name') ?? { value: '' });
      const own = new OwnCall(maker(), clock.callLater(delayMs, due), (one) => this.#calls.delete(one));
      this.#calls.add(own);
      return own;
    };
    this.clock = new Proxy(clock, {
      get: (target, name): unknown => {
        if (name === 'callLater') return callLater;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  /** What the protocol did when it made the calls that have neither run nor been cancelled. */
  get waiting(): readonly string[] {
    return [...this.#calls].map(({ maker }) => maker);
  }
}
