import { Factory, reactor } from 'couplet';
import { LineReceiver } from 'couplet/protocols';

class Shout extends LineReceiver {
  override lineReceived(line: Buffer) {
    this.sendLine(line.toString().toUpperCase());
  }
}

const port = await reactor.listenTCP(0, Factory.forProtocol(Shout));
console.log(`Shout on port ${port.getHost().port}`);
await reactor.run();
