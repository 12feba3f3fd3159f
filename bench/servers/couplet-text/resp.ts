import { Factory } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';
import { execute } from '../commands.ts';
import { serve } from '../couplet/serve.ts';

class Store extends TextLineReceiver {
  #missing = 0;
  #words: Buffer[] = [];

  override lineReceived(line: string): void {
    const number = Number(line.slice(1));
    if (line.startsWith('*')) this.#missing = number;
    // Without the CRLF behind it.
    else this.expectBytes(number, 2);
  }

  override bytesReceived(word: Buffer): void {
    this.#words.push(word);
    this.#missing -= 1;
    if (this.#missing > 0) return;
    const answer = execute(this.#words);
    this.#words = [];
    if (typeof answer === 'string') this.sendLine(answer);
    else {
      this.sendLine(`$${answer.length}`);
      this.transport.write(answer);
      this.transport.write('\r\n');
    }
  }
}

await serve(Factory.forProtocol(Store));
