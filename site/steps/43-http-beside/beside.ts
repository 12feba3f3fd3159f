import { once } from 'node:events';
import { createServer } from 'node:http';
import { Factory, listen, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region shared
/** What both faces share: a plain object. */
const votes = new Map<string, number>();
const vote = (name: string) => votes.set(name, (votes.get(name) ?? 0) + 1).get(name);

class Ballot extends TextLineReceiver {
  override delimiter = ['\r\n', '\n'];
  override lineReceived(name: string) {
    this.sendLine(`${name}: ${vote(name)}`);
  }
}
// #endregion shared

// #region both
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(`${JSON.stringify(Object.fromEntries(votes))}\n`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Ballot));

reactor.addSystemEventTrigger('before', 'shutdown', async () => {
  const closed = once(server, 'close');
  server.close(); // waits for requests that are under way
  server.closeIdleConnections();
  await closed;
});
// #endregion both

const address = server.address();
console.log(`ballot on ${port.getHost().authority}`);
if (typeof address === 'object') console.log(`results on 127.0.0.1:${address?.port}`);
await reactor.run({ drainTimeoutMs: 5000 });
console.log('both have ended');
