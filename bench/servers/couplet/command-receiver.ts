import type { Decoder } from 'couplet/framing';
import { FrameReceiver } from 'couplet/protocols';
import { execute } from '../commands.ts';

/** Carries out the commands that a decoder finds, and answers them. */
export abstract class CommandReceiver extends FrameReceiver<readonly Buffer[]> {
  abstract override readonly decoder: Decoder<readonly Buffer[]>;

  override frameReceived(words: readonly Buffer[]): void {
    const answer = execute(words);
    if (typeof answer === 'string') this.transport.write(`${answer}\r\n`);
    else {
      this.transport.write(`$${answer.length}\r\n`);
      this.transport.write(answer);
      this.transport.write('\r\n');
    }
  }
}
