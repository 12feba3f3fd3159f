// A server that thinks about each question. When its port drains, it leaves as soon as it owes no answer.

import { TextLineReceiver } from 'couplet/protocols';

export class Answers extends TextLineReceiver {
  #draining = false;

  override async lineReceived(question: string) {
    await this.transport.clock.sleep(300); // it thinks
    this.sendLine(`${question.length} letters`);
    if (this.#draining && this.heldBytes === 0) this.transport.loseConnection();
  }

  override draining() {
    this.#draining = true;
    if (this.idle) this.transport.loseConnection();
  }
}
