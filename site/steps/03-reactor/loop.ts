// A reactor in one screen: it waits for all sockets at once, calls who is responsible, and begins again. It knows nothing of poems.

import type { Socket } from 'node:net';

// #region loop
export class Loop {
  readonly #handlers = new Map<Socket, () => void>();
  readonly #ready = new Set<Socket>();
  #wake = () => {};

  /** From now on `handler` is called whenever the socket has something to read, or has come to its end. */
  watch(socket: Socket, handler: () => void) {
    this.#handlers.set(socket, handler);
    for (const event of ['readable', 'end']) socket.on(event, () => this.#note(socket));
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
