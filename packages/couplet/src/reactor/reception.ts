import { type Address, addressOf } from '../address/address.ts';
import { admit, adopt, equip, under } from '../engine/adopt.ts';
import type { Engine, Live } from '../engine/engine.ts';
import { type Facts, NO_FACTS } from '../engine/facts.ts';
import { Handshake } from '../engine/handshake.ts';
import { Refusal } from '../engine/refusal.ts';
import { Refused } from '../filters/refused.ts';
import { ProxyFilter } from '../haproxy/filter.ts';
import type { ProxyTerms } from '../haproxy/options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';

const NOTHING = Buffer.alloc(0);

/** What a port asks of its connections before they have their protocols. */
export interface Terms {
  readonly proxy: ProxyTerms | undefined;
  readonly tls: ServerTLS | undefined;
}

/** Waits for a PROXY header, until the reactor stops. */
class Waiting implements Live {
  previous: Live | undefined;
  next: Live | undefined;
  wire: Wire | undefined;

  quit(): void {
    this.wire?.close();
  }

  /** It ended at once. */
  cut(): void {}
}

/** What becomes of the wires that a port accepts, until they have their protocols. */
export class Reception {
  readonly #engine: Engine;
  readonly #factory: Factory;
  readonly #bounds: ConnectionBounds;
  readonly #terms: Terms;
  /** What is known of every connection: where the port listens. */
  #facts: Facts = NO_FACTS;

  constructor(engine: Engine, factory: Factory, bounds: ConnectionBounds, terms: Terms) {
    this.#engine = engine;
    this.#factory = factory;
    this.#bounds = bounds;
    this.#terms = terms;
  }

  set host(host: Address) {
    this.#facts = { host };
  }

  /** Takes a new wire, and returns its sink; null for one that is to be closed. */
  receive(wire: Wire): Sink | null {
    const { proxy } = this.#terms;
    return proxy === undefined ? this.#seat(wire, undefined) : this.#awaitHeader(wire, proxy);
  }

  /** Whom the factory admits, and how much it lets in, is a matter of who is announced. */
  #awaitHeader(wire: Wire, terms: ProxyTerms): Sink | null {
    const engine = this.#engine;
    const peer = addressOf(wire.peer);
    const waiting = new Waiting();
    const filter = ProxyFilter.receive(wire, engine, terms, {
      accepted: (announced, header) => {
        const sink = this.#seat(announced, header);
        engine.remove(waiting);
        return sink;
      },
      refused: (reason) => {
        if (waiting.wire !== undefined) engine.remove(waiting);
        engine.notify((observer) => observer.connectionRefused?.(peer, reason));
      },
    });
    if (filter === null) return null;
    waiting.wire = filter;
    engine.live.add(waiting);
    return filter;
  }

  #seat(wire: Wire, proxyHeader: ProxyHeader | undefined): Sink | null {
    const { tls } = this.#terms;
    if (tls !== undefined) return this.#secure(wire, tls, proxyHeader);
    const facts = proxyHeader === undefined ? this.#facts : { ...this.#facts, proxyHeader };
    const adopted = adopt(this.#engine, wire, this.#factory, this.#bounds, undefined, facts);
    if (adopted === null || adopted instanceof Error) return null;
    if (adopted instanceof Refusal) return adopted;
    adopted.connection.start();
    return adopted.sink;
  }

  /** The factory admits it first, so that what it limits is limited during the handshake, too. */
  #secure(wire: Wire, tls: ServerTLS, proxyHeader: ProxyHeader | undefined): Sink | null {
    const engine = this.#engine;
    const admitted = admit(engine, wire, this.#factory);
    // What a refusal says in clear would be noise to somebody who expects TLS.
    if (admitted instanceof Error || admitted instanceof Refused) return null;
    // The system forgets it with the socket; who is not there to hear of it needs no system call.
    const peer = engine.watched ? addressOf(admitted.peer) : undefined;
    const handshake = new Handshake(engine, admitted, tls, '', NOTHING, {
      onReady: (info) => {
        const facts = { ...this.#facts, tls: info, proxyHeader };
        const equipped = equip(engine, admitted, this.#factory, this.#bounds, undefined, facts);
        return equipped === null || equipped instanceof Error ? null : equipped.connection.start();
      },
      onFailed: (reason) => {
        if (peer !== undefined) engine.notify((observer) => observer.connectionRefused?.(peer, reason));
      },
    });
    return under(admitted, handshake);
  }
}
