import type { Member } from '../time/list.ts';
import type { Engine } from './engine.ts';
import type { Home } from './life.ts';
import type { LingerBounds } from './linger.ts';
import { type Live, LiveList } from './live.ts';
import type { StreamTransport } from './stream-transport.ts';

/** What a port or connector has and the reactor ends when it stops. The engine lists the group while that has members. */
export class Group<M extends Live & Member<M>> extends LiveList<M> implements Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super(engine);
    this.#engine = engine;
  }

  override add(member: M): void {
    if (this.empty) this.#engine.live.add(this);
    super.add(member);
  }

  override remove(member: M): void {
    super.remove(member);
    if (this.empty) this.#engine.live.remove(this);
  }
}

/** The connections of one port or connector, from before `connectionMade` until after `connectionLost`. */
export class Connections extends Group<StreamTransport> implements Home<StreamTransport> {
  /** How many were left when their port or the reactor ended them; undefined before. */
  ended: number | undefined;
  readonly #lost: ((connection: StreamTransport, reason: Error) => void) | undefined;

  /** `lost` is called at the end of each connection, after the `connectionLost` of its protocol. */
  constructor(engine: Engine, lost?: (connection: StreamTransport, reason: Error) => void) {
    super(engine);
    this.#lost = lost;
  }

  override quit(bounds: LingerBounds, why: string): void {
    this.ended ??= this.size;
    super.quit(bounds, why);
  }

  override cut(why: string): void {
    this.ended ??= this.size;
    super.cut(why);
  }

  lost(connection: StreamTransport, reason: Error): void {
    this.#lost?.(connection, reason);
    this.remove(connection);
  }
}
