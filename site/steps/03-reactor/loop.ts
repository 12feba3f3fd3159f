// A reactor in one screen: it waits for all sockets at once, calls who is responsible, and begins again. It knows nothing of poems.

import type { Socket } from 'node:net';

// #region loop
export class Loop {
  readonly #handlers = new Map<Socket, () => void>();
  readonly #ready = new Set<Socket>();
  #wake = () => {};

  /** Has `handler` called whenever the socket has something, or its end has come. */
  watch(socket: Socket, handler: () => void) {
    this.#handlers.set(socket, handler);
    socket.on('readable', () => this.#note(socket));
    socket.on('end', () => this.#note(socket));
  }

  forget(socket: Socket) {
    this.#handlers.delete(socket);
  }

  async run() {
    while (this.#handlers.size > 0) {
      const ready = await this.#select(); // wait
      for (const socket of ready) this.#handlers.get(socket)?.(); // react
    } // and again
  }
  // #endregion loop

  // #region select
  /** Waits until any of the sockets is ready, and returns all that are. */
  async #select(): Promise<Socket[]> {
    if (this.#ready.size === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const ready = [...this.#ready];
    this.#ready.clear();
    return ready;
  }

  #note(socket: Socket) {
    this.#ready.add(socket);
    this.#wake();
  }
  // #endregion select
}
