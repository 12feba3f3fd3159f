import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { serve } from './serve.ts';

class Echo extends LineReceiver {
  override lineReceived(line: Buffer): void {
    this.sendLine(line);
  }
}

await serve(Factory.forProtocol(Echo));
