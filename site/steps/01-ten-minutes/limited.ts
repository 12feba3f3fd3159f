// The server that shouts, for two clients at a time, and none that is silent for a minute.
// Try it: node limited.ts --inspect, then nc 127.0.0.1 and the port that it prints, in three terminals

import process from 'node:process';
// #region limits
import { Factory, reactor } from 'couplet';
import { limitConnections, timeoutIdle } from 'couplet/policies';
import { serveInspector } from 'couplet-inspector';
import { Shout } from './shout.ts';

const patient = timeoutIdle(Factory.forProtocol(Shout), { idleTimeoutMs: 60_000 });
const message = 'Too many connections, try later\r\n';
export const limited = limitConnections(patient, { max: 2, message });
// #endregion limits

if (import.meta.main) {
  const port = await reactor.listenTCP(0, limited, { interface: '127.0.0.1' });
  console.log(`Shout on ${port.getHost().authority}`);
  if (process.argv.includes('--inspect')) console.error((await serveInspector(reactor)).notice);
  await reactor.run();
}
