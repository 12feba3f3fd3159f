import { Factory, Protocol } from 'couplet';
import { serve } from './serve.ts';

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

await serve(Factory.forProtocol(Echo));
