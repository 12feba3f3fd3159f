import type { SocketName } from '../seam/address.ts';
import type { ListenPlace, ListenSink } from '../seam/streams.ts';
import { NO_DESCRIPTORS } from './causes.ts';
import type { SimSocket } from './socket.ts';
import type { Adopter } from './wire.ts';
import { SimWire } from './wire.ts';

/** How long a process without descriptors waits before it tries to accept again, in milliseconds. */
const AGAIN_MS = 100;

/** The places that a simulated kernel can bind. */
export type NetworkPlace = Extract<ListenPlace, { kind: 'tcp' | 'unix' }>;

/** The process that a port belongs to. */
export interface PortOwner extends Adopter {
  /** Takes a descriptor for a connection. Returns false if there is none left. */
  hold(socket: SimSocket): boolean;
}

/** A listening socket and the connections that wait to be accepted. */
export class SimPort {
  readonly name: SocketName;
  readonly owner: PortOwner;
  /** It is for IPv6 alone. */
  readonly ipv6Only: boolean;
  /** Others may be bound to its address. */
  readonly shared: boolean;
  readonly #backlog: number;
  #sink: ListenSink | undefined;
  readonly #waiting: SimSocket[] = [];
  /** Connections whose handshake is under way. */
  #coming = 0;
  #accepting = false;
  open = true;

  /** Without a sink nothing is accepted until there is one. */
  constructor(owner: PortOwner, name: SocketName, place: NetworkPlace, sink: ListenSink | undefined) {
    this.owner = owner;
    this.name = name;
    this.ipv6Only = place.kind === 'tcp' && place.ipv6Only === true;
    this.shared = place.kind === 'tcp' && place.reusePort === true;
    this.#backlog = place.backlog;
    this.#sink = sink;
  }

  /** Whether its process accepts connections. */
  get accepts(): boolean {
    return this.#sink !== undefined;
  }

  /** Whether one more connection can wait. */
  get room(): boolean {
    return this.#waiting.length + this.#coming < this.#backlog;
  }

  /** A handshake begins. */
  expect(): void {
    this.#coming += 1;
  }

  /** A handshake is done. */
  receive(socket: SimSocket): void {
    this.#coming -= 1;
    if (!this.open) {
      socket.cut();
      return;
    }
    this.#waiting.push(socket);
    this.#acceptSoon(0);
  }

  /** Goes on accepting. */
  resume(sink: ListenSink): void {
    this.#sink = sink;
    if (this.#waiting.length > 0) this.#acceptSoon(0);
  }

  /** Stops accepting; connections wait. */
  suspend(): void {
    this.#sink = undefined;
  }

  /** Closes the port, and resets the connections that wait. */
  close(): void {
    this.open = false;
    for (const socket of this.#waiting.splice(0)) socket.cut();
  }

  #acceptSoon(delayMs: number): void {
    if (this.#accepting) return;
    this.#accepting = true;
    this.owner.after(delayMs, () => {
      this.#accepting = false;
      this.#acceptNext();
    });
  }

  #acceptNext(): void {
    const accepting = this.#sink;
    if (!this.open || accepting === undefined) return;
    const [socket] = this.#waiting;
    if (socket === undefined) return;
    // A connection that was reset meanwhile is accepted nevertheless: it may have received something.
    if (!socket.open) this.#waiting.shift();
    else if (!this.owner.hold(socket)) {
      this.owner.given.acceptFailures += 1;
      accepting.onAcceptFailed(NO_DESCRIPTORS);
      this.#acceptSoon(AGAIN_MS);
      return;
    } else {
      this.#waiting.shift();
      const wire = new SimWire(this.owner, socket);
      this.owner.given.accepted += 1;
      this.owner.adopting = wire;
      const sink = accepting.onAccepted(wire);
      this.owner.adopting = undefined;
      if (sink === null) wire.close();
      else wire.attach(sink);
    }
    if (this.#waiting.length > 0) this.#acceptSoon(0);
  }
}
