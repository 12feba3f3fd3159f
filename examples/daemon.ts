// From a protocol to a daemon: `coupletd run` adds processes, reload, logs, metrics and limits to the file as it is.
// Try it: nc -C 127.0.0.1 8050; the same after npx coupletd run examples/daemon.ts --workers 2; PORT=9000 is another port

import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { application, main, StreamServerService, TimerService } from 'coupletd';

const { PORT = '8050' } = process.env;

export class Shout extends LineReceiver<Shouts> {
  override maxLength = 1024;

  override lineReceived(line: Buffer) {
    this.factory.lines += 1;
    this.sendLine(line.toString().toUpperCase());
  }

  override draining() {
    this.transport.loseConnection(); // each line is answered at once, so there is nothing to wait for
  }
}

export class Shouts extends Factory {
  override protocol = Shout;
  lines = 0;
}

export const app = application('shout', () => {
  const shouts = new Shouts();
  return [
    new StreamServerService('shout', `tcp:${PORT}:interface=127.0.0.1`, shouts),
    new TimerService('report', { everyMs: 60_000 }, (_signal, { log }) => log.info({ lines: shouts.lines }, 'so far')),
  ];
});

export { app as default };

await main(import.meta, app); // nothing, unless Node was started with this file
