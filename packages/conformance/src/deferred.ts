/** A promise that a check resolves with `keep`, or rejects with `break`. */
export class Deferred {
  readonly promise: Promise<void>;
  keep: () => void = () => {};
  break: (reason: Error) => void = () => {};
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.keep = resolve;
      this.break = reject;
    });
  }
}
