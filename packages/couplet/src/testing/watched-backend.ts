import type { SocketName } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Found } from './scripted-backend.ts';

/**
 * A backend that passes everything on to another one and keeps the books: what was asked for, and what is still held. A
 * check may give names addresses of its own, and addresses that never answer.
 */
export class WatchedBackend implements Backend {
  /** What the resolver knows besides; a promise takes its time. */
  readonly names: Map<string, Found | Promise<Found>> = new Map();
  /** Addresses to which no attempt ever succeeds or fails. */
  readonly silent: Set<string> = new Set();
  /** Every place that was listened on. */
  readonly places: ListenPlace[] = [];
  readonly #backend: Backend;
  readonly #listeners: Set<SocketName> = new Set();
  readonly #attempts: Set<ConnectPlace> = new Set();
  readonly #wires: Set<Wire> = new Set();
  readonly #catchers: Set<(signal: StopSignal) => void> = new Set();
  #alarmed = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What of the backend's is in use now, each with how many. */
  get held(): string[] {
    const counts: readonly [what: string, count: number][] = [
      ['alarm', this.#alarmed ? 1 : 0],
      ['listener', this.#listeners.size],
      ['attempt', this.#attempts.size],
      ['wire', this.#wires.size],
      ['signals', this.#catchers.size],
    ];
    return counts.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${count}`);
  }

  get name(): string {
    return this.#backend.name;
  }

  now(): number {
    return this.#backend.now();
  }

  wallClock(): number {
    return this.#backend.wallClock();
  }

  random(): number {
    return this.#backend.random();
  }

  alarm(at: number | undefined, ring: () => void): void {
    this.#alarmed = at !== undefined;
    this.#backend.alarm(at, () => {
      this.#alarmed = false;
      ring();
    });
  }

  defer(task: () => void): void {
    this.#backend.defer(task);
  }

  yield(task: () => void): void {
    this.#backend.yield(task);
  }

  async listen(place: ListenPlace, accept: (wire: Wire) => Sink | null): Promise<Listener | Cause> {
    this.places.push(place);
    const listener = await this.#backend.listen(place, (wire) => this.#watch(wire, accept));
    if ('kind' in listener) return listener;
    const { name } = listener;
    this.#listeners.add(name);
    const close = async (): Promise<void> => {
      await listener.close();
      this.#listeners.delete(name);
    };
    return { name, close };
  }

  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    this.#attempts.add(place);
    const silent = place.kind === 'tcp' && this.silent.has(place.host);
    const passed = silent ? undefined : this.#backend.connect(place, this.#follow(place, attempt));
    const cancel = (): void => {
      this.#attempts.delete(place);
      passed?.cancel();
    };
    return { cancel };
  }

  async resolve(host: string): Promise<Found> {
    return this.names.get(host) ?? this.#backend.resolve(host);
  }

  catchSignals(caught: (signal: StopSignal) => void): () => void {
    this.#catchers.add(caught);
    const release = this.#backend.catchSignals(caught);
    return () => {
      this.#catchers.delete(caught);
      release();
    };
  }

  complain(line: string): void {
    this.#backend.complain(line);
  }

  #follow(place: ConnectPlace, attempt: Attempt): Attempt {
    return {
      onConnected: (wire) => {
        this.#attempts.delete(place);
        return this.#watch(wire, (watched) => attempt.onConnected(watched));
      },
      onFailed: (cause) => {
        this.#attempts.delete(place);
        attempt.onFailed(cause);
      },
    };
  }

  #watch(wire: Wire, taker: (wire: Wire) => Sink | null): Sink | null {
    const sink = taker(wire);
    if (sink === null) return null;
    this.#wires.add(wire);
    return {
      onData: (chunk) => sink.onData(chunk),
      onEof: () => sink.onEof(),
      onWritable: () => sink.onWritable(),
      onClosed: (cause) => {
        this.#wires.delete(wire);
        sink.onClosed(cause);
      },
    };
  }
}
