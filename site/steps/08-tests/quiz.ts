// A question, three tries, and half a minute for each.
// Try it: node quiz.ts

import { Factory, reactor } from 'couplet';
import { LineReceiver, TimeoutMixin } from 'couplet/protocols';

// #region quiz
export class Quiz extends TimeoutMixin(LineReceiver) {
  override maxLength = 100;
  #tries = 0;

  override connectionMade() {
    this.#ask('what rhymes with river?');
  }

  override lineReceived(line: Buffer) {
    this.#tries += 1;
    if (line.toString().trim() === 'shiver') this.#leave('right!');
    else if (this.#tries === 3) this.#leave('it was shiver');
    else this.#ask('no; try again');
  }

  override timeoutConnection() {
    this.#leave('too late');
  }

  #ask(question: string) {
    this.sendLine(question);
    this.setTimeout(30_000);
  }

  #leave(word: string) {
    this.sendLine(word);
    this.transport.loseConnection();
  }
}
// #endregion quiz

if (import.meta.main) {
  const port = await reactor.listenTCP(0, Factory.forProtocol(Quiz), { interface: '127.0.0.1' });
  console.log(`Quiz on ${port.getHost().authority}`);
  await reactor.run();
}
