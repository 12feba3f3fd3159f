// #region server
import { readFile } from 'node:fs/promises';
import { Factory, Protocol, reactor } from 'couplet';

class PoemSender extends Protocol<PoemFactory> {
  override connectionMade() {
    this.factory.served += 1;
    this.transport.write(this.factory.poem);
    this.transport.loseConnection();
  }
}

class PoemFactory extends Factory {
  override protocol = PoemSender;
  readonly poem: Buffer;
  served = 0;
  constructor(poem: Buffer) {
    super();
    this.poem = poem;
  }
}

const factory = new PoemFactory(await readFile('poem.txt'));
const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
console.log(`serving on ${port.getHost().port}`);
await reactor.run();
// #endregion server
