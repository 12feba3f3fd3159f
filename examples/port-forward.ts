// Forwards a port: everything that a client sends goes to another server, and the answers come back. Slow readers hold back their own
// connection only; a half-close and a reset are passed on.
// Try it: start echo.ts, then this, then nc 127.0.0.1 8030; or forward to any server: ... port-forward.ts 8030 tcp:example.org:80

import { reactor } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward } from 'couplet/protocols';

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [, , number = '8030', destination = 'tcp:127.0.0.1:8007'] = process.argv;
  const factory = portForward(clientFromString(reactor, destination));
  const port = await reactor.listenTCP(Number(number), factory, { interface: '127.0.0.1' });
  console.log(`${port.getHost().authority} forwards to ${destination}`);
  await reactor.run();
}
