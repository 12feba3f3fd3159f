// Answers a line, and says so when a line is too long. The protocol knows nothing of sockets, so its test needs none.
// Try it: nc -C 127.0.0.1 8018, then How are you?

import { Factory, reactor } from 'couplet';
import { LineReceiver } from 'couplet/protocols';

const answers = new Map([
  ['How are you?', 'Fine'],
  ['Who are you?', 'A server of few words'],
]);

export class Answer extends LineReceiver {
  override maxLength = 64;

  override lineReceived(line: Buffer) {
    this.sendLine(answers.get(line.toString()) ?? 'I do not know what you mean');
  }

  override lineLengthExceeded() {
    this.sendLine(`At most ${this.maxLength} bytes, please`); // the rest of the line is discarded
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8018), Factory.forProtocol(Answer), {
    interface: '127.0.0.1',
  });
  console.log(`Answer on ${port.getHost().authority}`);
  await reactor.run();
}
