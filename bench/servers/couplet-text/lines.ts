import { Factory } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';
import { serve } from '../couplet/serve.ts';

class Echo extends TextLineReceiver {
  override lineReceived(line: string): void {
    this.sendLine(line);
  }
}

await serve(Factory.forProtocol(Echo));
