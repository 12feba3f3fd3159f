// Draws how two lines arrive in three pieces: what TCP delivers, and what a receiver of lines makes of it.
// Try it: node cut.ts cut.svg

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { connect, Factory, Protocol, reactor } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { timelineSVG } from 'couplet-inspector/timeline';

const begun = reactor.now();
const chunks: { at: number; bytes: number; direction: 'in' }[] = [];
const lines: typeof chunks = [];
const callbacks: { at: number; ms: number; name: string }[] = [];
reactor.observe({
  callback: ({ who, where, ms, at }) => callbacks.push({ at: at - ms - begun, ms, name: `${who}.${where}` }),
});
const note = (list: typeof chunks, bytes: Buffer) =>
  list.push({ at: reactor.now() - begun, bytes: bytes.length, direction: 'in' });

// #region receiver
class Receiver extends LineReceiver {
  override dataReceived(data: Buffer) {
    note(chunks, data); // what TCP delivers
    return super.dataReceived(data);
  }
  override lineReceived(line: Buffer) {
    note(lines, line); // what you get
  }
  override connectionLost() {
    reactor.stop();
  }
}
// #endregion receiver

/** Two lines, cut where a network might cut them. */
const PIECES = ['hel', 'lo\r\nworl', 'd\r\n'];

class Sender extends Protocol {
  override async connectionMade() {
    for (const piece of PIECES) {
      this.transport.write(piece);
      await this.transport.clock.sleep(300);
    }
    this.transport.loseConnection();
  }
}

const port = await reactor.listenTCP(0, Factory.forProtocol(Receiver), { interface: '127.0.0.1' });
void connect(`tcp:${port.getHost().authority}`, new Sender());
await reactor.run();

const endMs = reactor.now() - begun;
const chinese = process.argv[2]?.includes('zh') === true;
const lane = (number: number, name: string, place: string, chunks: typeof lines) => ({
  number,
  name,
  place,
  spans: [{ kind: 'waiting' as const, from: 0, to: endMs }],
  chunks,
  end: { at: endMs },
});
const recording = {
  runs: [
    {
      name: chinese ? '两行，切成三块' : 'two lines in three pieces',
      endMs,
      busyMs: callbacks.reduce((sum, { ms }) => sum + ms, 0),
      lanes: [
        lane(1, chinese ? '字节块' : 'chunks', 'TCP', chunks),
        lane(2, chinese ? '行' : 'lines', 'LineReceiver', lines),
      ],
      callbacks,
    },
  ],
};
writeFileSync(process.argv[2] ?? 'cut.svg', timelineSVG(recording, { language: chinese ? 'zh' : 'en', width: 720 }));
