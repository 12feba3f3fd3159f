import process from 'node:process';
import { Factory, listen, reactor } from 'couplet';
import { limitConnections, timeoutIdle } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';

/** Answers each line in capitals. Each connection has one of its own. */
export class Shout extends LineReceiver {
  override maxLength = 1024;

  override lineReceived(line: Buffer) {
    this.sendLine(line.toString().toUpperCase());
  }

  /** Called when the server is about to stop: every whole line has its answer. */
  override draining() {
    this.transport.loseConnection();
  }
}

/** How many clients may be there at once. */
export const MAX_CLIENTS = 1000;

/** Makes a `Shout` for each client, unless there are too many, and leaves those who say nothing for a minute. */
export function shoutFactory() {
  const patient = timeoutIdle(Factory.forProtocol(Shout), { idleTimeoutMs: 60_000 });
  return limitConnections(patient, { max: MAX_CLIENTS, message: 'Too many connections, try later\r\n' });
}

if (import.meta.main) {
  const port = await listen(process.argv[2] ?? 'tcp:8007:interface=127.0.0.1', shoutFactory());
  console.log(`listening on ${port.getHost().authority}`);
  // After Ctrl-C or SIGTERM, clients have 10 seconds to take what is theirs.
  await reactor.run({ drainTimeoutMs: 10_000 });
}
