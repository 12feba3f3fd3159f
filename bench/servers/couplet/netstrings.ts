import { Factory } from 'couplet';
import { NetstringReceiver } from 'couplet/protocols';
import { serve } from './serve.ts';

class Echo extends NetstringReceiver {
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
}

await serve(Factory.forProtocol(Echo));
