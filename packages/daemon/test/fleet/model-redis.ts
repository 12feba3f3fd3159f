import type { Clock } from 'couplet/testing';
import type { Connect } from '../../src/fleet/redis-link.ts';
import type { Field, Store } from '../../src/fleet/store.ts';

const LEASE_MS = 10_000;

/** A Redis for the ledger in virtual time, which is slow, freezes, dies and forgets as a test says. */
export class ModelRedis {
  readonly clock: Clock;
  /** How long a command or an answer is under way, in milliseconds. */
  delay: () => number = () => 0.1;
  readonly #leases: Map<string, number> = new Map();
  readonly #hashes: Map<string, Map<string, string>> = new Map();
  readonly #connections: Set<ModelStore> = new Set();
  /** What waits for it while it is frozen. */
  #waiting: (() => void)[] | undefined;
  #down = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly connect: Connect<Store> = (lost, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      this.clock.callLater(this.delay(), () =>
        this.run(() => {
          if (this.#down) return reject(new Error('connection refused'));
          const store = new ModelStore(this, lost);
          this.#connections.add(store);
          resolve(store);
        }),
      );
    });

  /** Executes what has arrived, or keeps it while frozen. */
  run(command: () => void): void {
    if (this.#waiting === undefined) command();
    else this.#waiting.push(command);
  }

  freeze(): void {
    this.#waiting ??= [];
  }

  thaw(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const command of waiting) command();
  }

  /** Cuts the connections that `which` says, or all; what is under way on them arrives nevertheless. */
  cut(which: () => boolean = () => true): void {
    for (const store of [...this.#connections]) {
      if (!which()) continue;
      this.#connections.delete(store);
      store.cut();
    }
  }

  /** Dies, and starts again empty with `start`. */
  kill(): void {
    this.#down = true;
    this.#waiting = undefined;
    this.empty();
    this.cut();
  }

  start(): void {
    this.#down = false;
  }

  empty(): void {
    this.#leases.clear();
    this.#hashes.clear();
  }

  get down(): boolean {
    return this.#down;
  }

  lives(field: string): boolean {
    return (this.#leases.get(field.split('/', 1)[0] ?? '') ?? 0) > this.clock.now();
  }

  renew(node: string): void {
    this.#leases.set(node, this.clock.now() + LEASE_MS);
  }

  leave(node: string): void {
    this.#leases.delete(node);
  }

  hash(name: string): Map<string, string> {
    const hash = this.#hashes.get(name) ?? new Map<string, string>();
    this.#hashes.set(name, hash);
    return hash;
  }

  /** What the living nodes have in a hash together. */
  total(name: string): number {
    let total = 0;
    for (const [field, value] of this.hash(name)) if (this.lives(field)) total += Number(value);
    return total;
  }
}

/** A connection to it. Commands arrive in order, and so do the answers. */
class ModelStore implements Store {
  readonly #redis: ModelRedis;
  readonly #lost: (error: Error) => void;
  readonly #rejects: Set<(error: Error) => void> = new Set();
  #upAt = 0;
  #downAt = 0;
  #open = true;

  constructor(redis: ModelRedis, lost: (error: Error) => void) {
    this.#redis = redis;
    this.#lost = lost;
  }

  join(node: string): Promise<unknown> {
    return this.#send(() => this.#redis.renew(node));
  }

  renew(node: string): Promise<boolean> {
    return this.#send(() => {
      const known = this.#redis.lives(node);
      if (known) this.#redis.renew(node);
      return known;
    });
  }

  leave(nodes: readonly string[]): Promise<unknown> {
    return this.#send(() => {
      for (const node of nodes) this.#redis.leave(node);
    });
  }

  take(node: string, name: string, held: number, wanted: number, max: number): Promise<number | undefined> {
    return this.#send(() => {
      if (!this.#redis.lives(node)) return undefined;
      const hash = this.#redis.hash(name);
      hash.delete(node);
      const granted = Math.max(0, Math.min(wanted, max - held - this.#redis.total(name)));
      if (held + granted > 0) hash.set(node, String(held + granted));
      return granted;
    });
  }

  write(node: string, fields: readonly Field[], values: readonly string[]): Promise<boolean> {
    return this.#send(() => {
      if (!this.#redis.lives(node)) return false;
      for (const [at, field] of fields.entries()) {
        const value = values[at] ?? '';
        if (value === '') this.#redis.hash(field.hash).delete(field.name);
        else this.#redis.hash(field.hash).set(field.name, value);
      }
      return true;
    });
  }

  list(name: string): Promise<ReadonlyMap<string, string>> {
    return this.#send(() => new Map([...this.#redis.hash(name)].filter(([field]) => this.#redis.lives(field))));
  }

  destroy(): void {
    this.#open = false;
    for (const reject of this.#rejects) reject(new Error('destroyed'));
    this.#rejects.clear();
  }

  cut(): void {
    if (!this.#open) return;
    this.destroy();
    this.#lost(new Error('connection reset'));
  }

  #send<T>(command: () => T): Promise<T> {
    const redis = this.#redis;
    const { clock } = redis;
    return new Promise((resolve, reject) => {
      if (!this.#open) return reject(new Error('destroyed'));
      this.#rejects.add(reject);
      this.#upAt = Math.max(this.#upAt, clock.now() + redis.delay());
      clock.callLater(this.#upAt - clock.now(), () =>
        redis.run(() => {
          if (redis.down) return;
          const answer = command();
          this.#downAt = Math.max(this.#downAt, clock.now() + redis.delay());
          clock.callLater(this.#downAt - clock.now(), () => {
            this.#rejects.delete(reject);
            resolve(answer);
          });
        }),
      );
    });
  }
}
