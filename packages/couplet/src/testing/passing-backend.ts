import type { HostAddress } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';

/** A backend that passes everything on to another one: what wants to come in between overrides the rest. */
export class PassingBackend implements Backend {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get name(): string {
    return this.#backend.name;
  }

  get pid(): number {
    return this.#backend.pid;
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
    this.#backend.alarm(at, ring);
  }

  defer(task: () => void): void {
    this.#backend.defer(task);
  }

  yield(task: () => void): void {
    this.#backend.yield(task);
  }

  listen(
    place: ListenPlace,
    accept: (wire: Wire) => Sink | null,
    troubled: (cause: Cause) => void,
  ): Promise<Listener | Cause> {
    return this.#backend.listen(place, accept, troubled);
  }

  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    return this.#backend.connect(place, attempt);
  }

  tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause {
    return this.#backend.tlsContext(settings);
  }

  resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return this.#backend.resolve(host);
  }

  environment(name: string): string | undefined {
    return this.#backend.environment(name);
  }

  readFile(path: string): Promise<Buffer | Cause> {
    return this.#backend.readFile(path);
  }

  catchSignals(caught: (signal: StopSignal) => void): () => void {
    return this.#backend.catchSignals(caught);
  }

  complain(line: string, lines?: readonly string[]): void {
    this.#backend.complain(line, lines);
  }
}
