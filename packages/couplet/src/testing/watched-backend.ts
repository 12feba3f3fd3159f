import type { SocketName } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { PassingBackend } from './passing-backend.ts';
import type { Found } from './scripted-backend.ts';

/**
 * A backend that keeps the books of another one: what was asked for, and what is still held. A check may give names
 * addresses of its own, and addresses that never answer.
 */
export class WatchedBackend extends PassingBackend {
  /** What the resolver knows besides; a promise takes its time. */
  readonly names: Map<string, Found | Promise<Found>> = new Map();
  /** Addresses to which no attempt ever succeeds or fails. */
  readonly silent: Set<string> = new Set();
  /** Every place that was listened on. */
  readonly places: ListenPlace[] = [];
  readonly #listeners: Set<SocketName> = new Set();
  readonly #attempts: Set<ConnectPlace> = new Set();
  readonly #wires: Set<Wire> = new Set();
  readonly #catchers: Set<(signal: StopSignal) => void> = new Set();
  #alarmed = false;

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

  override alarm(at: number | undefined, ring: () => void): void {
    this.#alarmed = at !== undefined;
    super.alarm(at, () => {
      this.#alarmed = false;
      ring();
    });
  }

  override async listen(...[place, accept, ...rest]: Parameters<Backend['listen']>): Promise<Listener | Cause> {
    this.places.push(place);
    const listener = await super.listen(place, (wire) => this.#watch(wire, accept), ...rest);
    if ('kind' in listener) return listener;
    const { name } = listener;
    this.#listeners.add(name);
    const close = async (): Promise<void> => {
      await listener.close();
      this.#listeners.delete(name);
    };
    return { ...listener, close };
  }

  override connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    this.#attempts.add(place);
    const silent = place.kind === 'tcp' && this.silent.has(place.host);
    const passed = silent ? undefined : super.connect(place, this.#follow(place, attempt));
    const cancel = (): void => {
      this.#attempts.delete(place);
      passed?.cancel();
    };
    return { cancel };
  }

  override async resolve(host: string): Promise<Found> {
    return this.names.get(host) ?? super.resolve(host);
  }

  override catchSignals(caught: (signal: StopSignal) => void): () => void {
    this.#catchers.add(caught);
    const release = super.catchSignals(caught);
    return () => {
      this.#catchers.delete(caught);
      release();
    };
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
    return this.#heed(wire, sink);
  }

  #heed(wire: Wire, sink: Sink): Sink {
    return {
      onData: (chunk) => sink.onData(chunk),
      onEof: () => sink.onEof(),
      onWritable: () => sink.onWritable(),
      onWriteFailed: (cause) => sink.onWriteFailed(cause),
      onSecured: (tls) => this.#heed(wire, sink.onSecured(tls)),
      onClosed: (cause) => {
        this.#wires.delete(wire);
        sink.onClosed(cause);
      },
    };
  }
}
