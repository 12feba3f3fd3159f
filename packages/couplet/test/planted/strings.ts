import type { Protocol } from 'couplet';
import { Factory } from 'couplet';
import { Int8StringReceiver, Int16StringReceiver, NetstringReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { call, expectSame, scene, server, writePieces } from './scene.ts';

const MOST = 100;

class Netstrings extends NetstringReceiver {
  override maxLength = MOST;
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
  override connectionLost(reason: Error): void {
    ends.push(reason.name);
  }
}

class Bytes extends Int8StringReceiver {
  override maxLength = MOST;
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
  override lengthLimitExceeded(length: number): void {
    this.sendString(`${length}!`);
  }
}

class Words extends Int16StringReceiver {
  override maxLength = MOST;
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
  override lengthLimitExceeded(length: number): void {
    this.sendString(`${length}!`);
  }
}

/** How the connections of the netstring server ended, in the world that is played. */
let ends: string[] = [];

const FORMATS: readonly {
  readonly protocol: new () => Protocol;
  readonly encode: (text: string) => string;
  /** What comes of a string that is longer than the limit; undefined where it ends everything. */
  readonly excess: ((length: number) => string) | undefined;
}[] = [
  { protocol: Netstrings, encode: (text) => `${text.length}:${text},`, excess: undefined },
  { protocol: Bytes, encode: (text) => `${String.fromCharCode(text.length)}${text}`, excess: (length) => `${length}!` },
  {
    protocol: Words,
    encode: (text) => `${String.fromCharCode(text.length >> 8, text.length & 255)}${text}`,
    excess: (length) => `${length}!`,
  },
];

const GARBAGE = ['00:,', '01:x,', ':,', '-1:x,', '3:abcd', `${MOST + 1}:`, ' 1:x,'];

/** Strings behind their length, of every length around the limit, cut anywhere; and netstrings that are none. */
export const strings: Scene = scene('strings', async (world) => {
  ends = [];
  for (const [port, { protocol }] of FORMATS.entries()) {
    await server(world).listenTCP(port + 1, Factory.forProtocol(protocol));
  }
  await Promise.all(FORMATS.map((_, at) => converse(world, at)));
  const garbage = await call(world, 1);
  await writePieces(garbage, world, Buffer.from(`2:ok,${world.dice.pick(['00:,', ...GARBAGE])}`));
  await world.until(() => garbage.reason !== undefined, 10);
  await world.until(() => ends.length === 2, 10);
  expectSame(ends, ['ConnectionDone', 'NetstringParseError'], 'the ends of netstring servers');
});

async function converse(world: World, at: number): Promise<void> {
  const { dice } = world;
  const format = FORMATS[at] ?? { encode: String, excess: undefined };
  const says: string[] = [];
  const hears: string[] = [];
  for (let count = dice.whole(5, 40); count > 0; count -= 1) {
    const length = dice.pick([0, 1, 9, 10, MOST - 1, MOST, MOST + 1, 200]);
    const text = 'two lines that rhyme '.repeat(20).slice(0, length);
    if (length > MOST && format.excess === undefined) continue;
    says.push(format.encode(text));
    hears.push(format.encode(length > MOST && format.excess ? format.excess(length) : text));
  }
  const caller = await call(world, at + 1);
  await writePieces(caller, world, Buffer.from(says.join(''), 'latin1'));
  const expected = hears.join('');
  await world.until(() => caller.heard.length >= expected.length || caller.reason !== undefined, 5);
  expectSame(caller.heard.toString('latin1'), expected, 'what came back');
  caller.transport.loseConnection();
  await world.until(() => caller.reason !== undefined, 10);
}
