import type { Clock, DelayedCall } from 'couplet';
import type { Log } from '../log/log.ts';
import { messageOf } from '../values/error-words.ts';
import type { Connect } from './redis-link.ts';
import { RedisLink } from './redis-link.ts';
import type { Store } from './store.ts';
import { within } from './within.ts';

/** How often the lease of a node is renewed, in milliseconds. It is 10,000 long. */
const RENEW_MS = 2000;
/** How long a write may take, in milliseconds. */
const WRITE_MS = 1000;
/** How often everything is written anew, in milliseconds. */
const REWRITE_MS = 60_000;
/** How many fields are written at once. */
const BATCH = 256;
/** How many attempts to join a lease outlasts. */
const ATTEMPTS = 15;

/** A field that a node owns. */
export interface Owned {
  readonly hash: string;
  /** What its name has behind that of the node. */
  readonly suffix: string;
  /** What it is worth now; empty if the field has to go. */
  readonly value: string;
  /** Called after a write of the node that kept its owner from writing it. */
  free?(): void;
}

/** What a node needs. */
export interface NodeOptions {
  /** Tells this process from all others, now and later: letters, digits and `-`. */
  readonly node: string;
  readonly connect: Connect<Store>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when `up` or `store` has changed. */
  changed(): void;
}

/**
 * One process in the database of a fleet: its lease, and the fields that it owns. What is written is always the present value as a whole, so
 * that nothing that is lost, late or sent twice makes it wrong for long. There is never more than one write of a field under way. Each time
 * that it joins it has another name: what was sent before, and comes late, has no effect.
 */
export class RedisNode {
  readonly #options: NodeOptions;
  readonly #clock: Clock;
  readonly #link: RedisLink<Store>;
  readonly #owned: Set<Owned> = new Set();
  /** Those whose value in the store may be another one. */
  readonly #dirty: Set<Owned> = new Set();
  /** Those that are written now. */
  readonly #busy: Set<Owned> = new Set();
  #joins = 0;
  /** The last join that was complete. */
  #joined = 0;
  #up = false;
  /** Whether a store may have something under the present name. */
  #known = false;
  /** The store, while this node is known to it and has written all. */
  #store: Store | undefined;
  #flushing = false;
  #renewal: DelayedCall | undefined;
  #rewritten = 0;

  constructor(options: NodeOptions) {
    const { connect, clock, log } = options;
    this.#options = options;
    this.#clock = clock;
    this.#link = new RedisLink({
      connect,
      begin: (store) => this.#begin(store),
      ended: () => this.#ended(),
      clock,
      log,
      event: 'ledger',
    });
  }

  /** Connects. Resolves when it has joined, or the first attempt has failed. */
  open(): Promise<void> {
    return this.#link.open();
  }

  /** Whether the store can be asked, perhaps after a moment. */
  get up(): boolean {
    return this.#up;
  }

  /** The store; undefined while this node has not joined, or has not written what it owns. */
  get store(): Store | undefined {
    return this.#store;
  }

  /** What the store knows this node by now. */
  get name(): string {
    return `${this.#options.node}.${this.#joins}`;
  }

  /** Takes note that the value of a field has changed, and writes it soon. */
  changed(field: Owned): void {
    // A store that this node is yet to join does not have what is empty.
    if (!this.#known && field.value === '' && !this.#busy.has(field)) {
      this.#forget(field);
      return;
    }
    this.#owned.add(field);
    this.#dirty.add(field);
    this.#flushSoon();
  }

  /** Reserves a field for a write of its owner. Returns false while another write of it is under way: `free` is called after that. */
  reserve(field: Owned): boolean {
    if (this.#busy.has(field)) return false;
    this.#busy.add(field);
    this.#owned.add(field);
    return true;
  }

  /** Ends such a write. `exact` says whether the store has the present value. */
  settle(field: Owned, exact: boolean): void {
    this.#busy.delete(field);
    this.#dirty.delete(field);
    if (!exact) this.changed(field);
    else if (field.value === '') this.#forget(field);
  }

  /** Whether it has not ended with that field: the store may have it. */
  owns(field: Owned): boolean {
    return this.#owned.has(field);
  }

  /** The fields of living nodes in a hash, by name. Rejects if there is no store. */
  async list(hash: string): Promise<ReadonlyMap<string, string>> {
    if (this.#store === undefined) throw new Error("the fleet's database is away");
    return within(this.#clock, WRITE_MS, this.#store.list(hash));
  }

  /** Gives up the connection: it is of no use. */
  fail(reason: string): void {
    this.#link.fail(reason);
  }

  /** Notes that this store does not know this node: joins anew. */
  unknown(store: Store): void {
    if (this.#store !== store) return;
    this.#store = undefined;
    this.#begin(store).catch((error: unknown) => this.#link.fail(messageOf(error)));
  }

  /** Ends the lease, so that what this node owns counts no more, and then the connection. */
  async close(): Promise<void> {
    const store = this.#store;
    this.#ended();
    if (store !== undefined) await within(this.#clock, WRITE_MS, store.leave([this.name])).catch(() => {});
    this.#link.close();
  }

  async #begin(store: Store): Promise<void> {
    this.#renewal?.cancel();
    this.#joins += 1;
    this.#known = true;
    const { name } = this;
    const join = this.#joins;
    await within(this.#clock, WRITE_MS, store.join(name));
    for (const field of this.#owned) this.#dirty.add(field);
    for (let batch = this.#batch(); batch.length > 0; batch = this.#batch()) {
      if (!(await this.#write(store, batch))) throw new Error('the database forgets what it was told');
    }
    // Not earlier: in between its places would be free for others.
    const past: string[] = [];
    for (let at = Math.max(this.#joined, join - ATTEMPTS, 1); at < join; at += 1)
      past.push(`${this.#options.node}.${at}`);
    if (past.length > 0) await within(this.#clock, WRITE_MS, store.leave(past));
    this.#joined = join;
    this.#store = store;
    this.#up = true;
    this.#rewritten = this.#clock.now();
    this.#renewLater(store);
    this.#flushSoon();
    this.#options.changed();
  }

  #ended(): void {
    this.#renewal?.cancel();
    this.#store = undefined;
    this.#up = false;
    this.#known = false;
    for (const field of this.#owned) if (field.value === '' && !this.#busy.has(field)) this.#forget(field);
    this.#options.changed();
  }

  #renewLater(store: Store): void {
    this.#renewal = this.#clock.callLater(RENEW_MS, () => void this.#renew(store));
  }

  async #renew(store: Store): Promise<void> {
    try {
      const known = await within(this.#clock, WRITE_MS, store.renew(this.name));
      if (this.#store !== store) return;
      if (!known) return this.unknown(store);
      this.#renewLater(store);
      if (this.#clock.now() - this.#rewritten < REWRITE_MS) return;
      this.#rewritten = this.#clock.now();
      for (const field of this.#owned) this.changed(field);
    } catch (error) {
      if (this.#store === store) this.#link.fail(messageOf(error));
    }
  }

  #flushSoon(): void {
    const store = this.#store;
    if (this.#flushing || store === undefined || this.#dirty.size === 0) return;
    this.#flushing = true;
    // What else changes in this turn is written with it.
    queueMicrotask(() => void this.#flush(store));
  }

  async #flush(store: Store): Promise<void> {
    try {
      while (this.#store === store) {
        const batch = this.#batch();
        if (batch.length === 0) break;
        if (!(await this.#write(store, batch))) this.unknown(store);
      }
    } catch (error) {
      if (this.#store === store) this.#link.fail(messageOf(error));
    } finally {
      this.#flushing = false;
    }
  }

  #batch(): Owned[] {
    const batch: Owned[] = [];
    for (const field of this.#dirty) {
      if (!this.#busy.has(field)) batch.push(field);
      if (batch.length === BATCH) break;
    }
    return batch;
  }

  async #write(store: Store, batch: readonly Owned[]): Promise<boolean> {
    const { name } = this;
    for (const field of batch) {
      this.#busy.add(field);
      this.#dirty.delete(field);
    }
    let written = false;
    try {
      const fields = batch.map(({ hash, suffix }) => ({ hash, name: name + suffix }));
      const values = batch.map(({ value }) => value);
      written = await within(this.#clock, WRITE_MS, store.write(name, fields, values));
    } finally {
      for (const field of batch) {
        this.#busy.delete(field);
        if (!written) this.changed(field);
        else if (field.value === '' && !this.#dirty.has(field)) this.#forget(field);
        field.free?.();
      }
    }
    return written;
  }

  #forget(field: Owned): void {
    this.#owned.delete(field);
    this.#dirty.delete(field);
  }
}
