// The first draft of a server that shouts: it works when you try it, and is wrong.
// Try it: node shout-bytes.ts, then nc 127.0.0.1 and the port that it prints

// #region shout
import { Factory, Protocol, reactor } from 'couplet';

export class Shout extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(`${data.toString().trim().toUpperCase()}\r\n`);
  }
}
// #endregion shout

// #region serve
if (import.meta.main) {
  const factory = Factory.forProtocol(Shout);
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  console.log(`Shout on ${port.getHost().authority}`);
  await reactor.run();
}
// #endregion serve
