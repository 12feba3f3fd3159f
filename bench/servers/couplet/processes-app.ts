// What `processes.ts` runs in each worker: poems, and in the folder that POEMS_COUNTS names a file with how many this worker has served.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { Factory, Protocol } from 'couplet';
import { application, StreamServerService } from 'coupletd';

const { POEMS_PORT: port, POEMS_BYTES: bytes, POEMS_COUNTS: counts } = process.env;
const poem = Buffer.alloc(Number(bytes), 'x');
const everyMs = 20;
let served = 0;
let told = -1;

class Poetry extends Protocol {
  override connectionMade(): void {
    served += 1;
    this.transport.write(poem);
    this.transport.loseConnection();
  }
}

setInterval(() => {
  if (told === served) return;
  told = served;
  writeFileSync(`${counts}/${process.pid}`, String(served));
}, everyMs).unref();

const app = application('poems', [
  new StreamServerService('poems', `tcp:${port}:interface=127.0.0.1:backlog=4096`, Factory.forProtocol(Poetry)),
]);

export { app as default };
