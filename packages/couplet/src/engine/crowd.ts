/** Those who wait for room to write. A connection has a crowd from when it is full until there is room again. */
export class Crowd {
  readonly #waiters: ((room: boolean) => void)[] = [];

  /** Resolves to true when there is room, to false when there will be none. */
  join(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** Ends the waiting. */
  admit(room: boolean): void {
    for (const resolve of this.#waiters) resolve(room);
  }
}
