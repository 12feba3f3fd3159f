import { Factory, Protocol } from 'couplet';
import type { PoemCache } from './poem-cache.ts';

/** Sends the poem as soon as it has been fetched, and closes. When the fetch fails it closes too. */
export class CachedPoem extends Protocol<ProxyFactory> {
  #waiting = false;

  override connectionMade(): void {
    const { poem } = this.factory.cache;
    if (poem === undefined) this.#wait();
    else this.#send(poem);
  }

  /**
   * The client ended its side. It may have left, or may still read, which does not show before it is sent something. So no fetch
   * goes on for its sake alone; if another client waits, both get the poem.
   */
  override readConnectionLost(): void {
    this.#leave();
  }

  override connectionLost(): void {
    this.#leave();
  }

  #wait(): void {
    this.#waiting = true;
    this.factory.cache.wait().then(
      (poem) => {
        this.#waiting = false;
        this.#send(poem);
      },
      () => {
        this.#waiting = false;
        this.transport.loseConnection();
      },
    );
  }

  #leave(): void {
    if (this.#waiting) this.factory.cache.leave();
    this.#waiting = false;
  }

  #send(poem: Buffer): void {
    // The fetch may end when the client has gone.
    if (this.transport.disconnected) return;
    this.transport.write(poem);
    this.transport.loseConnection();
  }
}

/** Serves a poem that it fetches from elsewhere. */
export class ProxyFactory extends Factory {
  override protocol = CachedPoem;
  readonly cache: PoemCache;

  constructor(cache: PoemCache) {
    super();
    this.cache = cache;
  }
}
