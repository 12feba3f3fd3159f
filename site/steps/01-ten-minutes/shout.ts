// A server that shouts each line back.
// Try it: node shout.ts, then nc 127.0.0.1 and the port that it prints

import { Factory, reactor } from 'couplet';
// #region shout
import { LineReceiver } from 'couplet/protocols';

export class Shout extends LineReceiver {
  override delimiter = ['\r\n', '\n'];
  override lineReceived(line: Buffer) {
    this.sendLine(line.toString().toUpperCase());
  }
}
// #endregion shout

if (import.meta.main) {
  const factory = Factory.forProtocol(Shout);
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  console.log(`Shout on ${port.getHost().authority}`);
  await reactor.run();
}
