import { ProcessProtocol } from 'couplet';

/** Writes down what it is told of a process. */
export class Recorder extends ProcessProtocol {
  /** The callbacks, in order; bytes of one output that follow one another count once. */
  readonly told: string[] = [];
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  readonly #ended: Promise<Error>;
  #end: (reason: Error) => void = () => {};

  constructor() {
    super();
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get output(): Buffer {
    return Buffer.concat(this.#out);
  }

  get error(): string {
    return Buffer.concat(this.#err).toString();
  }

  /** Resolves to the reason when the process has ended. */
  ended(): Promise<Error> {
    return this.#ended;
  }

  override connectionMade(): void | Promise<void> {
    this.told.push('made');
  }

  override outReceived(data: Buffer): void | Promise<void> {
    this.#out.push(data);
    if (this.told.at(-1) !== 'out') this.told.push('out');
  }

  override errReceived(data: Buffer): void | Promise<void> {
    this.#err.push(data);
    if (this.told.at(-1) !== 'err') this.told.push('err');
  }

  override inConnectionLost(): void | Promise<void> {
    this.told.push('in lost');
  }

  override outConnectionLost(): void | Promise<void> {
    this.told.push('out lost');
  }

  override errConnectionLost(): void | Promise<void> {
    this.told.push('err lost');
  }

  override processExited(reason: Error): void {
    this.told.push(`exited: ${reason.message}`);
  }

  override processEnded(reason: Error): void {
    this.told.push(`ended: ${reason.message}`);
    this.#end(reason);
  }
}
