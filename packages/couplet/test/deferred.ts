/** A promise that a check keeps when it likes. */
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
