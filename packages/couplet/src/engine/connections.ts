import type { Engine } from './engine.ts';
import type { Home } from './life.ts';
import type { LingerBounds } from './linger.ts';
import { Group } from './live.ts';
import type { Origin } from './origin.ts';
import type { StreamTransport } from './stream-transport.ts';

/** The connections of one port or connector, from before `connectionMade` until after `connectionLost`. */
export class Connections extends Group<StreamTransport> implements Home<StreamTransport> {
  readonly origin: Origin;
  /** How many were left when their port or the reactor ended them; undefined before. */
  ended: number | undefined;
  readonly #lost: ((connection: StreamTransport, reason: Error) => void) | undefined;

  /** `lost` is called at the end of each connection, after the `connectionLost` of its protocol. */
  constructor(engine: Engine, origin: Origin, lost?: (connection: StreamTransport, reason: Error) => void) {
    super(engine, engine.live);
    this.origin = origin;
    this.#lost = lost;
  }

  override add(connection: StreamTransport): void {
    this.origin.tally.made();
    super.add(connection);
  }

  override quit(bounds: LingerBounds, why: string): void {
    this.ended ??= this.size;
    super.quit(bounds, why);
  }

  lost(connection: StreamTransport, reason: Error): void {
    // The tally has its bytes now: it must be in no list when a factory that is told of its end looks at totals.
    this.origin.tally.lost(connection);
    this.remove(connection);
    this.#lost?.(connection, reason);
  }
}
