import { Factory, listen, Protocol, reactor } from 'couplet';

// #region count
/** Answers when the client has ended its output: with how many bytes it has sent. */
export class Count extends Protocol {
  #bytes = 0;
  override dataReceived(data: Buffer) {
    this.#bytes += data.length;
  }
  override readConnectionLost() {
    this.transport.write(`${this.#bytes} bytes\n`);
    this.transport.loseConnection();
  }
}
// #endregion count

if (import.meta.main) {
  const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Count));
  console.log(`count on ${port.getHost().authority}`);
  await reactor.run();
}
