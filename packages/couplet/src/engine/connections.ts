import type { ConnectionView } from '../protocol/views.ts';
import { LinkedList, type Member } from '../time/list.ts';
import type { Engine, Live } from './engine.ts';
import type { Home } from './life.ts';
import type { Origin } from './origin.ts';
import type { StreamTransport } from './stream-transport.ts';

/** What a port or connector has and the reactor ends when it stops. The engine lists the group while that has members. */
export class Group<M extends Live & Member<M>> extends LinkedList<M> implements Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  override add(member: M): void {
    if (this.empty) this.#engine.live.add(this);
    super.add(member);
  }

  override remove(member: M): void {
    super.remove(member);
    if (this.empty) this.#engine.remove(this);
  }

  /** The members that are there now: a visitor may wait in between, and some may be removed meanwhile. */
  override *[Symbol.iterator](): Generator<M> {
    const present: M[] = [];
    this.each((member) => present.push(member));
    yield* present;
  }

  quit(): void {
    for (const member of this) member.quit();
  }

  cut(): void {
    for (const member of this) member.cut();
  }

  get bytesIn(): number {
    let bytes = 0;
    this.each((member) => {
      bytes += member.bytesIn;
    });
    return bytes;
  }

  get bytesOut(): number {
    let bytes = 0;
    this.each((member) => {
      bytes += member.bytesOut;
    });
    return bytes;
  }

  *views(): Generator<ConnectionView> {
    for (const member of this) yield* member.views();
  }
}

/** The connections of one port or connector, from before `connectionMade` until after `connectionLost`. */
export class Connections extends Group<StreamTransport> implements Home<StreamTransport> {
  readonly origin: Origin;
  readonly #lost: ((connection: StreamTransport, reason: Error) => void) | undefined;

  /** `lost` is called at the end of each connection, after the `connectionLost` of its protocol. */
  constructor(engine: Engine, origin: Origin, lost?: (connection: StreamTransport, reason: Error) => void) {
    super(engine);
    this.origin = origin;
    this.#lost = lost;
  }

  override add(connection: StreamTransport): void {
    this.origin.tally.made();
    super.add(connection);
  }

  lost(connection: StreamTransport, reason: Error): void {
    this.origin.tally.lost(connection);
    this.#lost?.(connection, reason);
    this.remove(connection);
  }
}
