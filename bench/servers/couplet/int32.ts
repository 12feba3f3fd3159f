import { Factory } from 'couplet';
import { Int32StringReceiver } from 'couplet/protocols';
import { serve } from './serve.ts';

class Echo extends Int32StringReceiver {
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
}

await serve(Factory.forProtocol(Echo));
