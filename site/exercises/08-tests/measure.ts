// What the exercise checks: a protocol that is sound, and five that have a bug each. Do not look at the bugs before you have found them.

import type { Protocol } from 'couplet';
import { LineReceiver, TimeoutMixin } from 'couplet/protocols';

/**
 * Answers each line (ended by a line feed) with the number of its bytes. A line of more than 20 bytes is answered with `too long`, and the
 * connection closes. A minute without a line is answered with `bye`, and the connection closes.
 */
export class Measure extends TimeoutMixin(LineReceiver<unknown>) {
  override delimiter: string | Buffer = '\n';
  override maxLength = 20;

  override connectionMade() {
    this.setTimeout(60_000);
  }

  override lineReceived(line: Buffer) {
    this.resetTimeout();
    this.sendLine(String(this.lengthOf(line)));
  }

  override lineLengthExceeded() {
    this.sendLine('too long');
    this.transport.loseConnection();
  }

  override timeoutConnection() {
    this.sendLine('bye');
    this.transport.loseConnection();
  }

  protected lengthOf(line: Buffer) {
    return line.length;
  }
}

class Short extends Measure {
  override maxLength = 19;
}

class Impatient extends Measure {
  override resetTimeout() {}
}

class Letters extends Measure {
  protected override lengthOf(line: Buffer) {
    return line.toString().length;
  }
}

class Stays extends Measure {
  override lineLengthExceeded() {
    this.sendLine('too long');
  }
}

class Forgets extends Measure {
  override dataReceived(data: Buffer) {
    const end = data.lastIndexOf('\n');
    return super.dataReceived(end < 0 ? data : data.subarray(0, end + 1));
  }
}

/** The protocols with a bug, each with a question that leads to it. */
export const PLANTED: readonly { readonly make: () => Protocol<unknown>; readonly question: string }[] = [
  { make: () => new Short(), question: 'how long may the longest line be?' },
  { make: () => new Impatient(), question: 'a minute since when?' },
  { make: () => new Letters(), question: 'how many bytes has a Chinese poem?' },
  { make: () => new Stays(), question: 'what comes after "too long"?' },
  { make: () => new Forgets(), question: 'where may the network cut?' },
];
