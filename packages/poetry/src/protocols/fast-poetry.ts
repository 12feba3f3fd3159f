import { Factory, Protocol } from 'couplet';

/** Sends a whole poem and closes. */
export class FastPoetry extends Protocol<FastPoetryFactory> {
  override connectionMade(): void {
    this.transport.write(this.factory.poem);
    this.transport.loseConnection();
  }
}

/** A poem for every client that connects. */
export class FastPoetryFactory extends Factory {
  override protocol = FastPoetry;
  readonly poem: Uint8Array;

  constructor(poem: Uint8Array) {
    super();
    this.poem = poem;
  }
}
