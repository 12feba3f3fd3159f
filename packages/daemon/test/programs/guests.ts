import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * The module of an application whose service `gate` lets a guest in, says so, and after as many milliseconds as the guest asks for says
 * goodbye and closes. A guest that asks for nothing stays. Each coming and going is a line of the book, which all processes append to.
 */
export function gate(book: string, endpoint = 'tcp:0:interface=127.0.0.1'): string {
  return `
import { openSync, writeSync } from 'node:fs';
import { Factory, Protocol } from 'couplet';
import { application, StreamServerService } from 'coupletd';

let book;

class Gate extends Protocol {
  #timer;
  connectionMade() {
    this.#note('+');
    this.transport.write('in ' + process.pid + '\\n');
  }
  dataReceived(bytes) {
    this.#timer ??= setTimeout(() => {
      this.transport.write('bye\\n');
      this.transport.loseConnection();
    }, Number(bytes.toString()));
  }
  connectionLost() {
    clearTimeout(this.#timer);
    this.#note('-');
  }
  #note(what) {
    book ??= openSync(${JSON.stringify(book)}, 'a');
    const { host = '' } = this.transport.getPeer();
    writeSync(book, what + ' ' + process.pid + ' ' + host + '\\n');
  }
}

export default application('gate', [new StreamServerService('gate', '${endpoint}', Factory.forProtocol(Gate))]);
`;
}

/** How many guests there were, at the most, at an instant: of all together, and of one host. */
export interface Attendance {
  readonly most: number;
  readonly mostOfOne: number;
  /** How many there are. */
  readonly left: number;
  /** How many came. */
  readonly came: number;
}

/** The book of a gate. */
export class Book {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'book');
    writeFileSync(this.path, '');
  }

  /** Notes that a process, which does not run, will be killed: its guests are gone from then on. */
  kill(pid: number): void {
    writeFileSync(this.path, `! ${pid}\n`, { flag: 'a' });
  }

  /** How many lines it has: what comes later begins there. */
  mark(): number {
    return this.#lines.length;
  }

  /** The processes that let someone in. */
  pids(): readonly number[] {
    return this.#lines.filter((line) => line.startsWith('+')).map((line) => Number(line.split(' ')[1]));
  }

  /** What it says; of the most only since that many lines. */
  read(from = 0): Attendance {
    /** How many of each host are in each process. */
    const processes = new Map<string, Map<string, number>>();
    const hosts = new Map<string, number>();
    const add = (hostsOfOne: Map<string, number>, host: string, count: number): void =>
      void hostsOfOne.set(host, (hostsOfOne.get(host) ?? 0) + count);
    let [here, most, mostOfOne, came] = [0, 0, 0, 0];
    for (const [at, line] of this.#lines.entries()) {
      const [what, pid = '', host = ''] = line.split(' ');
      const own = processes.get(pid) ?? new Map<string, number>();
      processes.set(pid, own);
      const changes: readonly (readonly [string, number])[] =
        what === '!' ? [...own].map(([one, count]) => [one, -count]) : [[host, what === '+' ? 1 : -1]];
      for (const [one, count] of changes) {
        add(own, one, count);
        add(hosts, one, count);
        here += count;
      }
      if (what === '+') came += 1;
      if (at < from) continue;
      most = Math.max(most, here);
      mostOfOne = Math.max(mostOfOne, hosts.get(host) ?? 0);
    }
    return { most, mostOfOne, left: here, came };
  }

  get #lines(): readonly string[] {
    return readFileSync(this.path, 'utf8').trimEnd().split('\n');
  }
}

/** How a visit ended: with a goodbye, turned away at the gate, or broken off. */
export type Visit = 'whole' | 'turned away' | 'refused' | 'broken';

/** Comes to a gate to stay. Resolves to the guest once it is in, or to undefined when it is turned away. */
export function enter(place: NetConnectOpts): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(place);
    socket.once('data', () => resolve(socket));
    socket.on('error', () => {});
    socket.once('close', () => resolve(undefined));
  });
}

/** Visits a gate for so many milliseconds. Settles when it is over. */
export function visit(place: NetConnectOpts, stayMs: number): Promise<Visit> {
  return new Promise((resolve) => {
    let [heard, ended, code] = ['', false, ''];
    const socket = connect(place);
    socket.write(`${stayMs}\n`);
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
    });
    socket.on('end', () => {
      ended = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? error.message;
    });
    socket.on('close', () => {
      if (heard.endsWith('bye\n') && ended) resolve('whole');
      else if (heard !== '') resolve('broken');
      else resolve(code === 'ECONNREFUSED' ? 'refused' : 'turned away');
    });
  });
}

/** Guests each of which comes again and again until it is told to stop. */
export class Guests {
  readonly visits: Record<Visit, number> = { whole: 0, 'turned away': 0, refused: 0, broken: 0 };
  readonly #all: Promise<unknown>;
  #going = true;
  #waiting: (() => void)[] = [];

  /** Where the guest with this number comes to, and for how many milliseconds it stays each time. */
  constructor(size: number, placeOf: (guest: number) => NetConnectOpts, stayMs: (guest: number) => number) {
    this.#all = Promise.all(
      Array.from({ length: size }, async (_, guest) => {
        while (this.#going) {
          this.visits[await visit(placeOf(guest), stayMs(guest))] += 1;
          for (const resolve of this.#waiting.splice(0)) resolve();
        }
      }),
    );
  }

  /** Waits until so many more visits were whole. */
  async whole(more: number): Promise<void> {
    const wanted = this.visits.whole + more;
    while (this.visits.whole < wanted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves to how many visits ended how, when the last ones have. */
  async stop(): Promise<Readonly<Record<Visit, number>>> {
    this.#going = false;
    await this.#all;
    return this.visits;
  }
}
