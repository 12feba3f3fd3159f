// A word counter: reads until the client has sent everything, answers, closes. A client that closes its sending side
// still gets the answer, because the protocol has a `readConnectionLost`.
// Try it: echo one two three | nc -N 127.0.0.1 8013

import { Factory, Protocol, reactor } from 'couplet';

export class WordCounter extends Protocol {
  #words = 0;
  #inWord = false;

  override dataReceived(data: Buffer) {
    for (const byte of data) {
      const letter = byte > 0x20; // white space and control characters of ASCII are between words
      if (letter && !this.#inWord) this.#words += 1;
      this.#inWord = letter; // the network may cut a word: the next chunk goes on with it
    }
  }

  override readConnectionLost() {
    this.transport.write(`${this.#words} words\n`);
    this.transport.loseConnection();
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8013), Factory.forProtocol(WordCounter), {
    interface: '127.0.0.1',
  });
  console.log(`WordCounter on ${port.getHost().authority}`);
  await reactor.run();
}
