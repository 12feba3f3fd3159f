import { Factory, listen, reactor } from 'couplet';
import { accessLog } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';

class Divide extends TextLineReceiver {
  override lineReceived(line: string) {
    const [one = 0n, other = 0n] = line.split('/').map(BigInt);
    this.sendLine(String(one / other)); // throws a RangeError when divided by 0
  }
}

// #region logs
/** A line of JSON for each event: what a collector of logs reads. */
function log(event: string, fields: object) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

accessLog(reactor, (line) => log('access', { line }));
reactor.observe({
  error: ({ who, where, error }) => log('error', { who, where, error: String(error) }),
  connectionRefused: (peer, reason) => log('refused', { peer: peer.authority, code: reason.code }),
  slowCallback: ({ who, where, ms }) => log('slow', { who, where, ms }),
});
// #endregion logs

const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Divide));
log('listening', { host: port.getHost().authority });
await reactor.run();
