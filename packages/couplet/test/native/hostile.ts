import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from '../../src/time/dice.ts';
import { passage } from './passage.ts';

/** After so many milliseconds a hostile client goes, whatever the server does. */
const LONGEST = 10_000;
/** The beginnings of what is not for a server of lines. */
const GREETINGS: readonly [string | Buffer, ...(string | Buffer)[]] = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n',
  '\r\n\r\n\0\0\0\r\r\r\n\n',
  Buffer.from('16030100c8010000c40303', 'hex'),
  Buffer.from('0d0a0d0a000d0a515549540a2111', 'hex'),
];

/** What a client does with a connection, and how it stays or goes. It is over when the connection is closed. */
const ATTACKS = {
  garbage: (socket, dice) => {
    socket.write(dice.pick(GREETINGS));
    socket.write(passage(dice.whole(0, 1000), 0, dice.whole(1, 60_000)));
  },
  'a byte at a time': async (socket) => {
    for (let at = 0; !socket.destroyed; at += 1) {
      socket.write(passage(3, at, 1).toString('hex'));
      await delay(50);
    }
  },
  reset: async (socket, dice) => {
    socket.write('half a li');
    if (dice.chance(0.5)) socket.write('large\r\n'.repeat(dice.whole(1, 5)));
    await delay(dice.whole(0, 20));
    socket.resetAndDestroy();
  },
  'half-close': (socket, dice) => {
    socket.end(dice.chance(0.5) ? 'a line\r\n' : 'half a line');
  },
  'never reads': async (socket, dice) => {
    socket.pause();
    for (let time = dice.whole(1, 30); time > 0; time -= 1) socket.write('large\r\n');
    await delay(dice.whole(100, 2500));
    socket.destroy();
  },
  'goes at once': (socket) => {
    socket.destroy();
  },
  silent: () => {},
  'a line without an end': async (socket) => {
    const bytes = Buffer.alloc(100_000, 'x');
    for (let time = 0; time < 20 && !socket.destroyed; time += 1) {
      socket.write(bytes);
      await delay(5);
    }
  },
} as const satisfies Readonly<Record<string, (socket: Socket, dice: Dice) => void | Promise<void>>>;

/** Clients of the worst kinds, from some addresses of this machine. */
export class Hostile {
  /** How many connections of each kind there were. */
  readonly attacked = new Map<string, number>();
  readonly #port: number;
  readonly #peers: number;
  readonly #dice: Dice;

  constructor(port: number, peers: number, seed: string) {
    this.#port = port;
    this.#peers = peers;
    this.#dice = new Dice(seed);
  }

  /** Makes connections, so many at once, until `goes` says no, which is told how many there were. Resolves when all are closed. */
  async attack(goes: (begun: number) => boolean, atOnce: number): Promise<void> {
    const kinds = kindsOf(ATTACKS);
    let begun = 0;
    const one = async (): Promise<void> => {
      while (goes(begun)) {
        const kind = kinds[begun % kinds.length];
        begun += 1;
        if (kind !== undefined) await this.#attackAs(kind);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  async #attackAs(kind: keyof typeof ATTACKS): Promise<void> {
    const dice = new Dice(`${this.#dice.random()}`);
    const localAddress = `127.0.0.${dice.whole(2, this.#peers + 1)}`;
    const socket = connect({ host: '127.0.0.1', port: this.#port, localAddress, allowHalfOpen: dice.chance(0.3) });
    socket.on('error', () => {});
    socket.on('data', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const timer = setTimeout(() => socket.destroy(), LONGEST);
    socket.once('connect', () => void ATTACKS[kind](socket, dice));
    await closed;
    clearTimeout(timer);
    this.attacked.set(kind, (this.attacked.get(kind) ?? 0) + 1);
  }
}

function kindsOf<K extends string>(attacks: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(attacks).filter((name): name is K => Object.hasOwn(attacks, name));
}

/** Asks a server for a line, as a client that means no harm. Rejects when no whole line comes within the time. */
export function askLine(port: number, line: string, patience: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: patience });
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (!heard.endsWith('\r\n')) return;
      socket.destroy();
      resolve(heard.slice(0, -2));
    });
    socket.once('connect', () => socket.write(`${line}\r\n`));
    socket.once('timeout', () => socket.destroy(new Error(`there was no answer within ${patience} ms`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`the connection was closed after ${JSON.stringify(heard)}`)));
  });
}
