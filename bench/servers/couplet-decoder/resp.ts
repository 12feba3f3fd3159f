import { Factory } from 'couplet';
import { Decoder, FramingError } from 'couplet/framing';
import { CommandReceiver } from '../couplet/command-receiver.ts';
import { serve } from '../couplet/serve.ts';

const [LF, CR, DOLLAR, STAR, ZERO, NINE] = [10, 13, 36, 42, 48, 57];
/** The number of a line is not whole yet. */
const UNKNOWN = -1;

/** The words of each command. */
class Commands extends Decoder<readonly Buffer[]> {
  #words: Buffer[] = [];
  /** How many words the command has. */
  #count = UNKNOWN;
  /** How many bytes the present word has, without the CRLF behind it. */
  #length = UNKNOWN;
  /** The digits of a number that has begun. */
  #digits = 0;

  override next(): readonly Buffer[] | undefined {
    if (this.#count === UNKNOWN) this.#count = this.#number(STAR);
    if (this.#count === UNKNOWN) return undefined;
    while (this.#words.length < this.#count) {
      if (this.#length === UNKNOWN) {
        const length = this.#number(DOLLAR);
        if (length === UNKNOWN) return undefined;
        this.#length = length;
      }
      const word = this.whole(this.#length, 2);
      if (word === undefined) return undefined;
      this.#words.push(word);
      this.#length = UNKNOWN;
    }
    const words = this.#words;
    this.#words = [];
    this.#count = UNKNOWN;
    return words;
  }

  /** Reads on in a line that is this byte and a number. */
  #number(kind: number): number {
    while (this.ready()) {
      const { chunk } = this;
      let at = this.at;
      let value = this.#digits;
      for (; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (byte >= ZERO && byte <= NINE) value = 10 * value + byte - ZERO;
        else if (byte === LF) {
          this.at = at + 1;
          this.#digits = 0;
          return value;
        } else if (byte !== CR && byte !== kind) throw new FramingError(`byte ${byte} in the number of a command`);
      }
      this.at = at;
      this.#digits = value;
    }
    return UNKNOWN;
  }
}

class Store extends CommandReceiver {
  override readonly decoder: Decoder<readonly Buffer[]> = new Commands();
}

await serve(Factory.forProtocol(Store));
