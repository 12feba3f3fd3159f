// A vote on poems. Each voter has one vote, and votes again until it is counted. The server may crash.

import { Factory, open, type Reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

/** A disk: what is in it survives a crash of the server. */
export type Disk = Map<string, string>;

/** Understands `vote NAME POEM`, and answers `counted`; and `count POEM`, which it answers with the number of votes. */
class Ballot extends TextLineReceiver<Ballots> {
  override async lineReceived(line: string) {
    const [word = '', first = '', second = ''] = line.split(' ');
    const { disk } = this.factory;
    if (word === 'count') this.sendLine(String([...disk.values()].filter((poem) => poem === first).length));
    if (word !== 'vote') return;
    await this.transport.clock.sleep(500); // the disk is slow
    disk.set(first, second); // twice is like once
    this.sendLine('counted');
  }
}

export class Ballots extends Factory {
  override protocol = Ballot;
  /** The poem of each voter. */
  readonly disk: Disk;

  constructor(disk: Disk) {
    super();
    this.disk = disk;
  }
}

/** Sends a line to the server at that place, until there is an answer. Resolves to it. */
export async function ask(reactor: Reactor, place: string, line: string): Promise<string> {
  for (;;) {
    try {
      await using connection = await open(place, { reactor });
      const late = reactor.callLater(10_000, () => connection.abort());
      void connection.closed.then(() => late.cancel());
      await connection.write(`${line}\r\n`);
      const { value, done } = await connection.lines().next();
      if (!done) return value;
    } catch {
      // There is no server at present, the connection was lost, or silent for too long.
    }
    await reactor.sleep(1000);
  }
}
