// Sends lines back in reverse order. It can begin only when the client has sent its last one.
// Try it: node backwards.ts, and printf 'one\ntwo\nthree\n' | nc -N 127.0.0.1 PORT

import { Factory, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region backwards
export class Backwards extends TextLineReceiver {
  override delimiter = '\n';
  readonly #lines: string[] = [];

  override lineReceived(line: string) {
    this.#lines.push(line);
  }

  /** The client has ended its output, and still reads. */
  override readConnectionLost() {
    for (const line of this.#lines.reverse()) this.sendLine(line);
    this.transport.loseConnection();
  }
}
// #endregion backwards

if (import.meta.main) {
  const port = await reactor.listenTCP(0, Factory.forProtocol(Backwards), { interface: '127.0.0.1' });
  console.log(`Backwards on ${port.getHost().authority}`);
  await reactor.run();
}
