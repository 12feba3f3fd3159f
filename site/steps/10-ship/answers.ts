// A service as it goes to production: it thinks about each question for a moment, and has its limits, a log and an orderly end.
// Try it: node answers.ts

import { Factory, listen, reactor } from 'couplet';
import { accessLog, limitConnections, limitPerPeer, timeoutIdle, timeoutMessage } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';

// #region protocol
export class Answers extends TextLineReceiver {
  override maxLength = 1024;
  #draining = false;

  override async lineReceived(question: string) {
    await this.transport.clock.sleep(1000); // it thinks
    this.sendLine(`${question.length} letters`);
    if (this.#draining && this.heldBytes === 0) this.transport.loseConnection();
  }

  /** The port closes: who owes no answer leaves now, the others later. */
  override draining() {
    this.#draining = true;
    if (this.idle) this.transport.loseConnection();
  }
}
// #endregion protocol

// #region limits
export function guarded(max = 1000, perPeer = 20) {
  const answers = Factory.forProtocol(Answers);
  const prompt = timeoutMessage(answers, { messageTimeoutMs: 10_000 });
  const lively = timeoutIdle(prompt, { idleTimeoutMs: 60_000 });
  const fair = limitPerPeer(lively, { max: perPeer, message: 'too many of you\r\n' });
  return limitConnections(fair, { max, message: 'too many connections\r\n' });
}

export const bounds = {
  maxWriteBufferBytes: 1_000_000,
  closeTimeoutMs: 30_000,
};
// #endregion limits

// #region run
if (import.meta.main) {
  accessLog(reactor, (line) => console.error(line));
  const [, , place = 'tcp:0:interface=127.0.0.1', ...numbers] = process.argv;
  const [max, perPeer] = numbers.map(Number);
  const port = await listen(place, guarded(max, perPeer), bounds);
  const { authority } = port.getHost();
  console.log(`Answers on ${authority}, process ${process.pid}`);
  await reactor.run({ drainTimeoutMs: 25_000 });
  console.log('goodbye');
}
// #endregion run
