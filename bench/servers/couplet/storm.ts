import { Factory, Protocol } from 'couplet';
import { serve } from './serve.ts';

class Welcome extends Protocol {
  override connectionMade(): void {
    this.transport.write('welcome\n');
  }
}

await serve(Factory.forProtocol(Welcome));
