import { Factory, listen, reactor } from 'couplet';
import { limitPerPeer, timeoutIdle, timeoutMessage } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';

class Greeter extends TextLineReceiver {
  override lineReceived(name: string) {
    this.sendLine(`hello ${name}`);
  }
}

// #region limits
const greeters = Factory.forProtocol(Greeter);
const idleOnly = timeoutIdle(greeters, { idleTimeoutMs: 1000 });
const prompt = timeoutMessage(idleOnly, { messageTimeoutMs: 1500 }); // each line within 1.5 s of its first byte
const fair = limitPerPeer(prompt, { max: 20 });
// #endregion limits

const [first, second] = [
  await listen('tcp:0:interface=127.0.0.1', idleOnly),
  await listen('tcp:0:interface=127.0.0.1', fair),
];
console.log(`idle only: ${first.getHost().authority}`);
console.log(`with a deadline for each line: ${second.getHost().authority}`);
reactor.observe({ connectionLost: (_transport, { message }) => console.log(message) });
await reactor.run();
