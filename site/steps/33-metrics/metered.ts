import { once } from 'node:events';
import { createServer } from 'node:http';
import { Factory, listen, reactor } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Echo } from 'couplet/protocols';

// #region metrics
/** What the reactor has counted, in the text format that Prometheus reads. */
function metrics(): string {
  const { totals } = reactor.inspect();
  const refused = Object.entries(totals.refused).map(([code, count]) => `echo_refused_total{code="${code}"} ${count}`);
  return [
    '# TYPE echo_open gauge',
    `echo_open ${totals.open}`,
    '# TYPE echo_accepted_total counter',
    `echo_accepted_total ${totals.accepted}`,
    '# TYPE echo_received_bytes_total counter',
    `echo_received_bytes_total ${totals.bytesIn}`,
    '# TYPE echo_errors_total counter',
    `echo_errors_total ${totals.errors}`,
    '# TYPE echo_refused_total counter',
    ...refused,
    '',
  ].join('\n');
}

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4').end(metrics());
});
await once(server.listen(0, '127.0.0.1'), 'listening');
reactor.addSystemEventTrigger('before', 'shutdown', () => server[Symbol.asyncDispose]());
// #endregion metrics

const port = await listen('tcp:0:interface=127.0.0.1', limitConnections(Factory.forProtocol(Echo), { max: 1000 }));
const address = server.address();
console.log(`echo on ${port.getHost().authority}`);
if (typeof address === 'object') console.log(`metrics on 127.0.0.1:${address?.port}`);
await reactor.run();
