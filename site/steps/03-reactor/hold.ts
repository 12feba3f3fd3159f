// Answers `sum` after 400 ms of work on the thread, while a clock ticks ten times a second.
// Try it: node hold.ts, then nc 127.0.0.1 and the port that it prints, and type: sum

import { Factory, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region work
/** Adds for that many milliseconds. Nothing else runs meanwhile. */
export function work(ms: number): number {
  let sum = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) sum += 1;
  return sum;
}

export class Worker extends TextLineReceiver {
  override delimiter = ['\r\n', '\n'];
  override lineReceived(line: string) {
    if (line === 'sum') this.sendLine(`${work(400)}`);
  }
}
// #endregion work

if (import.meta.main) {
  const port = await reactor.listenTCP(0, Factory.forProtocol(Worker), { interface: '127.0.0.1' });
  console.log(`Worker on ${port.getHost().authority}`);
  // #region tick
  let last = reactor.now();
  reactor.callEvery(100, () => {
    const now = reactor.now();
    console.log(`${Math.round(now - last)} ms since the last tick`);
    last = now;
  });
  // #endregion tick
  await reactor.run();
}
