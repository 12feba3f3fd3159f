import type { Address, Clock, DelayedCall, Transport } from 'couplet';
import { IPv4Address } from 'couplet';

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #calls: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wallClock(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    const calls = this.#calls;
    const entry = { at: this.#now + delayMs, run: () => call(...args) };
    calls.push(entry);
    return {
      get active() {
        return calls.includes(entry);
      },
      getTime: () => entry.at,
      cancel: () => {
        if (calls.includes(entry)) calls.splice(calls.indexOf(entry), 1);
      },
      reset: (later) => {
        entry.at = this.#now + later;
      },
      delay: (more) => {
        entry.at += more;
      },
    };
  }

  /** Lets so much time pass, and runs what becomes due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#calls.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#calls.splice(this.#calls.indexOf(next), 1);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  /** How many calls wait. */
  get pending(): number {
    return this.#calls.length;
  }
}

/** A transport that keeps what is written to it. */
export class Paper implements Transport {
  readonly clock: Clock;
  readonly peer: Address;
  readonly pieces: string[] = [];
  paused = false;
  disconnecting = false;
  disconnected = false;

  constructor(clock: Clock, port: number) {
    this.clock = clock;
    this.peer = new IPv4Address('127.0.0.1', port);
  }

  write(data: Uint8Array | string): boolean {
    if (!this.disconnecting) this.pieces.push(Buffer.from(data).toString());
    return !this.disconnecting;
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    for (const piece of data) this.write(piece);
    return !this.disconnecting;
  }

  loseConnection(): void {
    this.disconnecting = true;
  }

  abortConnection(): void {
    this.disconnecting = true;
  }

  getHost(): Address {
    return new IPv4Address('127.0.0.1', 10_000);
  }

  getPeer(): Address {
    return this.peer;
  }

  drained(): Promise<boolean> {
    return Promise.resolve(true);
  }

  loseWriteConnection(): void {}
  pauseProducing(): void {}
  resumeProducing(): void {}
  stopProducing(): void {}
  registerProducer(): void {}
  unregisterProducer(): void {}
  setTcpNoDelay(): void {}
  setTcpKeepAlive(): void {}
}
