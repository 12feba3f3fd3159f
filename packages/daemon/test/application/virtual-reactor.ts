import { Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';

/** A reactor whose time passes when a test says so. */
export class VirtualReactor {
  readonly reactor: Reactor;
  readonly #running: Promise<void>;
  #now = 0;
  #at: number | undefined;
  #ring: () => void = () => {};

  constructor() {
    const backend = new NodeBackend();
    this.reactor = new Reactor({
      ...backend,
      clock: {
        ...backend.clock,
        now: () => this.#now,
        alarm: (at, ring) => {
          this.#at = at;
          this.#ring = ring;
        },
      },
    });
    this.#running = this.reactor.run({ signals: false });
  }

  /** Lets time pass, from one delayed call to the next, with what follows from each. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns();
    for (let at = this.#at; at !== undefined && at <= end; at = this.#at) {
      this.#now = Math.max(this.#now, at);
      this.#at = undefined;
      this.#ring();
      await turns();
    }
    this.#now = end;
  }

  /** Whether no delayed call waits. */
  get idle(): boolean {
    return [...this.reactor.inspect().timers()].length === 0;
  }

  async end(): Promise<void> {
    if (this.reactor.running) this.reactor.stop();
    await this.#running;
  }
}

/** Resolves when the events that wait, and all that follows from them, are through. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
