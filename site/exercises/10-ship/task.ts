// A server that thinks about each question. When its port drains, it leaves: but no question may be cut off.

import { TextLineReceiver } from 'couplet/protocols';

export class Answers extends TextLineReceiver {
  override async lineReceived(question: string) {
    await this.transport.clock.sleep(300); // it thinks
    this.sendLine(`${question.length} letters`);
  }

  /** The port closes: leave, so that the process can end. */
  override draining() {
    this.transport.loseConnection();
  }
}
