import type { Answerer } from './answerer.ts';
import { execute, OK } from './commands.ts';

const [CR, STAR, DOLLAR, ZERO] = [13, 42, 36, 48];

/** Answers, encoded into one buffer that is there for good. */
class Answers {
  private bytes = Buffer.allocUnsafeSlow(16_384);
  private size = 0;

  text(text: string): void {
    this.reserve(text.length);
    this.size += this.bytes.write(text, this.size, 'latin1');
  }

  copy(bytes: Buffer): void {
    this.reserve(bytes.length);
    this.size += bytes.copy(this.bytes, this.size);
  }

  /** A copy of everything, undefined of nothing. Keeps nothing. */
  take(): Buffer | undefined {
    if (this.size === 0) return undefined;
    const all = Buffer.from(this.bytes.subarray(0, this.size));
    this.size = 0;
    return all;
  }

  private reserve(more: number): void {
    const size = this.size + more;
    if (size > this.bytes.length) this.bytes = Buffer.concat([this.bytes], 2 * size);
  }
}

/** Every connection answers a chunk before the next one comes. */
const answers = new Answers();

/** RESP commands as one parses them by hand: an index into what has arrived, of which the beginning of a command is kept. */
export class CommandParser implements Answerer {
  private rest: Buffer | undefined;
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;

  /** Answers the commands that this chunk completes. */
  push(chunk: Buffer): Buffer | undefined {
    this.bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.at = 0;
    let done = 0;
    for (let words = this.command(); words !== undefined; words = this.command()) {
      done = this.at;
      const answer = execute(words);
      if (answer === OK) answers.text('+OK\r\n');
      else {
        answers.text(`$${answer.length}\r\n`);
        answers.copy(answer);
        answers.text('\r\n');
      }
    }
    this.rest = done < this.bytes.length ? this.bytes.subarray(done) : undefined;
    return answers.take();
  }

  /** The words of the next command; undefined when it is not whole. */
  private command(): Buffer[] | undefined {
    const count = this.number(STAR);
    if (count < 0) return undefined;
    const words: Buffer[] = [];
    for (let i = 0; i < count; i += 1) {
      const length = this.number(DOLLAR);
      const end = this.at + length;
      if (length < 0 || end + 2 > this.bytes.length) return undefined;
      words.push(this.bytes.subarray(this.at, end));
      this.at = end + 2;
    }
    return words;
  }

  /** The number of a line that begins with this byte; -1 when it is not whole. */
  private number(kind: number): number {
    const { bytes } = this;
    if (this.at >= bytes.length) return -1;
    if (bytes[this.at] !== kind) throw new Error(`byte ${bytes[this.at]} instead of ${kind}`);
    let value = 0;
    for (let at = this.at + 1; at < bytes.length - 1; at += 1) {
      const digit = bytes[at] ?? 0;
      if (digit === CR) {
        this.at = at + 2;
        return value;
      }
      value = 10 * value + digit - ZERO;
    }
    return -1;
  }
}
