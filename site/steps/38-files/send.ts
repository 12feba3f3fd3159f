import { open } from 'node:fs/promises';
import { ConnectionClosed, Factory, listen, Protocol, reactor } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { FileSender } from 'couplet/protocols';

// #region send
/** Sends a file, not faster than the peer takes it. */
class Download extends Protocol<Downloads> {
  override async connectionMade() {
    await using file = await open(this.factory.path);
    const { size } = await file.stat();
    this.transport.write(`${size}\n`); // so that the peer can tell a whole file from a part
    try {
      const sent = await new FileSender().beginFileTransfer(file, this.transport, { byteCount: size });
      if (sent < size) throw new Error(`${this.factory.path} has become shorter`);
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error; // the client has gone, which is its right
    }
    this.transport.loseConnection();
  }
}

class Downloads extends Factory {
  override protocol = Download;
  readonly path: string;
  constructor(path: string) {
    super();
    this.path = path;
  }
}

const downloads = limitConnections(new Downloads(process.argv[2] ?? 'poem.txt'), { max: 100 });
const port = await listen('tcp:0:interface=127.0.0.1', downloads, { closeTimeoutMs: 30_000 });
// #endregion send
console.log(`serving on ${port.getHost().authority}`);
await reactor.run();
