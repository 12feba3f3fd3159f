// Two peers have a line of a poem each. Both are of one class: each sends its own line, hears that of the other, and hangs up.
// Try it: node peer.ts listen 0 "..." and, in another terminal, node peer.ts call PORT "..."

import { connect, listen, reactor } from 'couplet';
import { NetstringReceiver } from 'couplet/protocols';

// #region peer
export class Peer extends NetstringReceiver<unknown> {
  override maxLength = 1000;
  readonly #line: string;
  readonly #heard: (line: string) => void;

  constructor(line: string, heard: (line: string) => void) {
    super();
    this.#line = line;
    this.#heard = heard;
  }

  override connectionMade() {
    this.sendString(this.#line);
  }

  override stringReceived(string: Buffer) {
    this.#heard(string.toString());
    this.transport.loseConnection();
  }
}
// #endregion peer

// #region ends
const [, , way, number = '0', line = ''] = process.argv;
const make = () => new Peer(line, (heard) => console.log(`${line} / ${heard}`));

if (way === 'listen') {
  const port = await listen(`tcp:${number}:interface=127.0.0.1`, make);
  console.log(`Waiting on ${port.getHost().authority}`);
  await reactor.run();
}
if (way === 'call') await connect(`tcp:127.0.0.1:${number}:timeout=5`, make());
// #endregion ends
