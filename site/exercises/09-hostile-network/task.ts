// A vote on poems. Each voter has one vote, and votes again until it is counted. The server may crash.

import { Factory, open, type Reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

/** A disk: what is in it survives a crash of the server. */
export type Disk = Map<string, string>;

/** Understands `vote NAME POEM`, and answers `counted`; and `count POEM`, which it answers with the number of votes. */
class Ballot extends TextLineReceiver<Ballots> {
  override async lineReceived(line: string) {
    const [word = '', first = '', second = ''] = line.split(' ');
    if (word === 'count') this.sendLine(String(this.factory.votes.get(first) ?? 0));
    if (word !== 'vote') return;
    await this.transport.clock.sleep(500); // the disk is slow
    this.factory.votes.set(second, (this.factory.votes.get(second) ?? 0) + 1);
    this.sendLine('counted');
  }
}

export class Ballots extends Factory {
  override protocol = Ballot;
  /** How many votes each poem has. */
  readonly votes = new Map<string, number>();
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
      await connection.write(`${line}\r\n`);
      const { value, done } = await connection.lines().next();
      if (!done) return value;
    } catch {
      // There is no server at present, or the connection was lost.
    }
    await reactor.sleep(1000);
  }
}
