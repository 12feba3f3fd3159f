import { admit, adopt, equip, under } from '../engine/adopt.ts';
import type { Engine } from '../engine/engine.ts';
import { Handshake } from '../engine/handshake.ts';
import { Refusal } from '../engine/refusal.ts';
import { addressOf } from '../protocol/address.ts';
import type { ConnectionBounds } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import { Refused } from '../protocol/refused.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';

const NOTHING = Buffer.alloc(0);

/** What becomes of the wires that a port accepts, until they have their protocols. */
export class Reception {
  readonly #engine: Engine;
  readonly #factory: Factory;
  readonly #bounds: ConnectionBounds;
  readonly #tls: ServerTLS | undefined;

  constructor(engine: Engine, factory: Factory, bounds: ConnectionBounds, tls: ServerTLS | undefined) {
    this.#engine = engine;
    this.#factory = factory;
    this.#bounds = bounds;
    this.#tls = tls;
  }

  /** Takes a new wire, and returns its sink; null for one that is to be closed. */
  receive(wire: Wire): Sink | null {
    if (this.#tls !== undefined) return this.#secure(wire, this.#tls);
    const adopted = adopt(this.#engine, wire, this.#factory, this.#bounds);
    if (adopted === null || adopted instanceof Error) return null;
    if (adopted instanceof Refusal) return adopted;
    adopted.connection.start();
    return adopted.sink;
  }

  /** The factory admits it first, so that what it limits is limited during the handshake, too. */
  #secure(wire: Wire, tls: ServerTLS): Sink | null {
    const engine = this.#engine;
    const admitted = admit(engine, wire, this.#factory);
    // What a refusal says in clear would be noise to somebody who expects TLS.
    if (admitted instanceof Error || admitted instanceof Refused) return null;
    // The system forgets it with the socket.
    const peer = addressOf(admitted.peer);
    const handshake = new Handshake(engine, admitted, tls, '', NOTHING, {
      onSecured: (info) => {
        const equipped = equip(engine, admitted, this.#factory, this.#bounds, undefined, info);
        return equipped === null || equipped instanceof Error ? null : equipped.connection.start();
      },
      onFailed: (reason) => engine.tell((observer) => observer.connectionRefused?.(peer, reason)),
    });
    return under(admitted, handshake);
  }
}
