import type { Address } from '../address/address.ts';
import { addressOf } from '../address/address.ts';
import type { Engine } from '../engine/engine.ts';
import { prefixOf } from '../engine/report.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { Cause } from '../seam/cause.ts';
import type { Listener, ListenPlace } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { Reception, type Terms } from './reception.ts';

/** An open port and the factory that serves it. */
export class Port implements ListeningPort {
  readonly #engine: Engine;
  readonly #factory: Factory;
  readonly #listener: Listener;
  readonly #tls: ServerTLS | undefined;
  readonly #host: Address;
  readonly #closed: (port: Port) => void;
  #stopped: Promise<void> | undefined;

  private constructor(
    engine: Engine,
    factory: Factory,
    listener: Listener,
    tls: ServerTLS | undefined,
    closed: (port: Port) => void,
  ) {
    this.#engine = engine;
    this.#factory = factory;
    this.#listener = listener;
    this.#tls = tls;
    this.#host = addressOf(listener.name);
    this.#closed = closed;
  }

  /** Opens a port; `name` is the place as it was asked for. Rejects with a `CannotListenError` when that fails. */
  static async open(
    engine: Engine,
    name: string,
    place: ListenPlace,
    factory: Factory,
    bounds: ConnectionBounds,
    terms: Terms,
    closed: (port: Port) => void,
  ): Promise<Port> {
    const port = place.kind === 'tcp' ? place.port : undefined;
    if (engine.stopping) throw new CannotListenError(name, port, 'the reactor is stopping');
    const reception = new Reception(engine, factory, bounds, terms);
    const onAccepted = (wire: Wire): Sink | null => reception.receive(wire);
    checkCertificates(engine, name, port, terms.tls);
    const listener = await engine.streams.listen(place, {
      onAccepted,
      onAcceptFailed: complaints(engine, `the port ${name}`),
    });
    if ('kind' in listener) throw new CannotListenError(name, port, listener.detail, { cause: listener });
    const opened = new Port(engine, factory, listener, terms.tls, closed);
    reception.host = opened.#host;
    engine.notify((observer) => observer.listening?.(opened.#host));
    void listener.exhausted?.then(() => opened.stopListening());
    return opened;
  }

  getHost(): Address {
    return this.#host;
  }

  async reload(): Promise<void> {
    if (this.#tls === undefined) return;
    await this.#tls.reload();
    this.#engine.contexts.renew(this.#tls);
  }

  stopListening(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stopListening();
  }

  async #stop(): Promise<void> {
    await this.#listener.close();
    this.#closed(this);
    this.#engine.notify((observer) => observer.stoppedListening?.(this.#host));
    this.#engine.guard(prefixOf(this.#factory), 'stopFactory', () => this.#factory.doStop());
  }
}

/** What cannot be used is better found out before the first client. */
function checkCertificates(engine: Engine, name: string, port: number | undefined, tls: ServerTLS | undefined): void {
  try {
    if (tls !== undefined) engine.contexts.renew(tls);
  } catch (error) {
    throw new CannotListenError(name, port, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Reports what keeps a port from accepting, at most once a second: without descriptors it fails again and again. */
function complaints(engine: Engine, who: string): (cause: Cause) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (cause) => {
    if (engine.now() < quietUntil) return;
    quietUntil = engine.now() + 1000;
    engine.report({ who, where: 'accept', error: new Error(cause.detail, { cause }) });
  };
}
