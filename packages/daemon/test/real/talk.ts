/**
 * The module of an application in JavaScript, which every runtime takes. The service `talk` carries out one line of each connection, and
 * closes it: `who` is answered with the number of the process and the version; `reply N MS` with N pieces of 1,000 bytes, one every MS
 * milliseconds; `where` with the working directory; `hold` and `stay` keep it open, and `stay` is answered with the number of the process,
 * as is `grow N`, which takes N MiB. `throw` throws in the callback, `crash` outside of any, `spin` never returns, `exit N` ends the process,
 * and so does `last N` after N lines of the log. `polite`, besides, closes its idle connections when it drains.
 */
export function talk({ version = 'one', endpoint = 'tcp:0:interface=127.0.0.1', before = '', more = '' } = {}): string {
  return `${before}
import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { application, main, StreamServerService } from 'coupletd';

const ballast = [];
let log;
const PIECE = Buffer.alloc(1000, 'poem\\n');

class Talk extends LineReceiver {
  delimiter = '\\n';
  busy = false;
  #next;
  lineReceived(line) {
    this.busy = true;
    const [word, ...rest] = line.toString().split(' ');
    const [first = 0, second = 0] = rest.map(Number);
    if (word === 'who') this.#end(process.pid + ' ${version}\\n');
    else if (word === 'where') this.#end(process.cwd() + '\\n');
    else if (word === 'reply') this.#reply(first, second);
    else if (word === 'hold') this.transport.write('held\\n');
    else if (word === 'stay') this.transport.write(process.pid + '\\n');
    else if (word === 'grow') {
      ballast.push(Buffer.alloc(first * 1024 ** 2, 1));
      this.#end(process.pid + '\\n');
    } else if (word === 'spin') for (;;);
    else if (word === 'last') {
      for (let number = 0; number < first; number += 1) log.info({ event: 'last', number }, 'one of the last lines');
      process.exit(3);
    }
    else if (word === 'throw') throw new Error('thrown on purpose');
    else if (word === 'crash') setImmediate(() => { throw new Error('crashed on purpose'); });
    else if (word === 'exit') process.exit(first);
  }
  connectionLost() {
    clearTimeout(this.#next);
  }
  #end(text) {
    this.transport.write(text);
    this.transport.loseConnection();
  }
  #reply(left, everyMs) {
    if (left === 1) {
      this.#end(PIECE);
      return;
    }
    this.transport.write(PIECE);
    this.#next = setTimeout(() => this.#reply(left - 1, everyMs), everyMs);
  }
}

class Polite extends Talk {
  draining() {
    if (!this.busy) this.transport.loseConnection();
  }
}

export const app = application('talk', [
  new StreamServerService('talk', '${endpoint}', Factory.forProtocol(Talk)),
  { name: 'log', start: (context) => { ({ log } = context); }, stop() {} },
  new StreamServerService('polite', 'tcp:0:interface=127.0.0.1', Factory.forProtocol(Polite)),
  ${more}
]);
export { app as default };
await main(import.meta, app);
`;
}
