import { Factory, Protocol } from 'couplet';
import { serve } from './serve.ts';

const poem = Buffer.alloc(Number(process.argv[2]), 'x');

class Poetry extends Protocol {
  override connectionMade(): void {
    this.transport.write(poem);
    this.transport.loseConnection();
  }
}

await serve(Factory.forProtocol(Poetry));
