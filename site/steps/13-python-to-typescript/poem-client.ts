// #region client
import { connect, Protocol } from 'couplet';

class PoemReader extends Protocol {
  readonly #parts: Buffer[] = [];
  readonly poem: Promise<Buffer> = new Promise((resolve, reject) => {
    this.connectionLost = (reason) =>
      reason.name === 'ConnectionDone' ? resolve(Buffer.concat(this.#parts)) : reject(reason);
  });

  override dataReceived(data: Buffer) {
    this.#parts.push(data);
  }
}

async function read(where: string): Promise<Buffer> {
  const reader = await connect(where, new PoemReader());
  return await reader.poem;
}

const places = process.argv.slice(2);
const poems = await Promise.allSettled(places.map(read));
for (const [at, poem] of poems.entries())
  console.log(places[at], poem.status === 'fulfilled' ? poem.value.length : poem.reason.message);
// #endregion client
