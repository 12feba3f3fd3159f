// A store with one place: `PUT 5` and a line's end, then five bytes of any kind; `GET` answers them in the same way.
// Try it: node store.ts, then printf 'PUT 5\r\nhello' | nc -N 127.0.0.1 and the port that it prints

import { Factory, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region store
export class Store extends TextLineReceiver {
  #stored = Buffer.alloc(0);

  override lineReceived(line: string) {
    const [, size] = /^PUT (\d{1,5})$/.exec(line) ?? [];
    if (size !== undefined) this.expectBytes(Number(size));
    else if (line === 'GET') {
      this.sendLine(`${this.#stored.length}`);
      this.transport.write(this.#stored);
    } else this.sendLine('what?');
  }

  override bytesReceived(bytes: Buffer) {
    this.#stored = Buffer.from(bytes);
    this.sendLine('stored');
  }
}
// #endregion store

if (import.meta.main) {
  const port = await reactor.listenTCP(0, Factory.forProtocol(Store), { interface: '127.0.0.1' });
  console.log(`Store on ${port.getHost().authority}`);
  await reactor.run();
}
