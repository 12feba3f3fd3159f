import { Protocol } from 'couplet';

/** Collects what it hears, until the end. */
export class Hearer extends Protocol<unknown> {
  heard = '';
  readonly ended: Promise<string>;
  #end: (heard: string) => void = () => {};
  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }
  override dataReceived(data: Buffer): void {
    this.heard += data;
  }
  override connectionLost(): void {
    this.#end(this.heard);
  }
}
