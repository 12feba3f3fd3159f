// Answers each netstring with its length, as a netstring.
// Try it: node count.ts, then printf '5:hello,0:,' | nc -N 127.0.0.1 and the port that it prints

import { Factory, reactor } from 'couplet';
import { NetstringReceiver } from 'couplet/protocols';

// #region count
export class Count extends NetstringReceiver {
  override maxLength = 1000;

  override stringReceived(string: Buffer) {
    this.sendString(`${string.length}`);
  }
}
// #endregion count

if (import.meta.main) {
  const port = await reactor.listenTCP(0, Factory.forProtocol(Count), { interface: '127.0.0.1' });
  console.log(`Count on ${port.getHost().authority}`);
  await reactor.run();
}
