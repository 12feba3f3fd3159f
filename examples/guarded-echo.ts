// An echo for a public network: a limit, an idle timeout and a throttle around a factory that knows none of them.
// Try it: nc 127.0.0.1 8016, and wait half a minute

import { Factory, reactor } from 'couplet';
import { limitConnections, throttle, timeoutIdle } from 'couplet/policies';
import { Echo } from './echo.ts';

/** The echo behind its policies; the outermost is asked first. */
export function guardedEcho({ max = 100, idleTimeoutMs = 30_000, bytesPerSecond = 100_000 } = {}) {
  const rates = { readBytesPerSecond: bytesPerSecond, writeBytesPerSecond: bytesPerSecond };
  const echo = timeoutIdle(throttle(Factory.forProtocol(Echo), rates), { idleTimeoutMs });
  return limitConnections(echo, { max, message: 'Too many connections, try later\n' });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8016), guardedEcho(), { interface: '127.0.0.1' });
  console.log(`GuardedEcho on ${port.getHost().authority}`);
  await reactor.run();
}
