import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { execute, numberOf } from '../commands.ts';
import { serve } from './serve.ts';

const STAR = 42;

class Store extends LineReceiver {
  #missing = 0;
  #words: Buffer[] = [];

  override lineReceived(line: Buffer): void {
    const number = numberOf(line);
    if (line[0] === STAR) this.#missing = number;
    // Without the CRLF behind it.
    else this.expectBytes(number, 2);
  }

  override bytesReceived(word: Buffer): void {
    this.#words.push(word);
    this.#missing -= 1;
    if (this.#missing > 0) return;
    const answer = execute(this.#words);
    this.#words = [];
    if (typeof answer !== 'string') this.sendLine(`$${answer.length}`);
    this.sendLine(answer);
  }
}

await serve(Factory.forProtocol(Store));
