import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { call, expect, expectQuiet, expectSame, scene, server, writePieces } from './scene.ts';

const MOST = 200;

/** What a client says, and what the server has to make of it. */
interface Script {
  readonly bytes: Buffer;
  readonly notes: readonly string[];
}

/** Notes lines and raw bytes, in any mood: it pauses, or takes its time over a line. */
class Scribe extends LineReceiver<Scribes> {
  override maxLength = MOST;
  readonly #notes: string[] = [];
  #raw: Buffer[] = [];
  #missing = 0;

  override connectionMade(): void {
    this.delimiter = this.factory.delimiter;
    this.factory.notes = this.#notes;
  }

  override lineReceived(line: Buffer): void | Promise<void> {
    expect(!this.transport.paused, 'a line came while reading was paused');
    this.#notes.push(`line ${line}`);
    this.#missing = Number(/^raw (\d+)$/.exec(line.toString())?.[1] ?? 0);
    if (this.#missing > 0) this.setRawMode();
    const { dice } = this.factory.world;
    // It is read before anything that follows.
    if (line.toString() === 'again') this.setLineMode(Buffer.from(`once more${this.delimiter}`));
    const mood = dice.random();
    if (mood < 0.1) this.#pause(dice.between(0, 20));
    else if (mood < 0.2) return this.factory.world.sleep(dice.between(0, 20));
  }

  override rawDataReceived(data: Buffer): void {
    expect(!this.transport.paused, 'raw bytes came while reading was paused');
    const own = data.subarray(0, this.#missing);
    this.#raw.push(own);
    this.#missing -= own.length;
    if (this.#missing > 0) return;
    this.#notes.push(`raw ${Buffer.concat(this.#raw)}`);
    this.#raw = [];
    this.setLineMode(data.subarray(own.length));
  }

  override lineLengthExceeded(length: number): void {
    this.#notes.push(`more than ${length - 1}`);
  }

  override readConnectionLost(): void {
    this.sendLine(`${this.#notes.length} notes`);
    this.transport.loseConnection();
  }

  #pause(forMs: number): void {
    this.transport.pauseProducing();
    server(this.factory.world).callLater(forMs, () => this.transport.resumeProducing());
  }
}

class Scribes extends Factory {
  override protocol = Scribe;
  readonly world: World;
  readonly delimiter: string;
  notes: readonly string[] = [];
  constructor(world: World, delimiter: string) {
    super();
    this.world = world;
    this.delimiter = delimiter;
  }
}

function scriptFor({ dice }: World, delimiter: string): Script {
  const parts: string[] = [];
  const notes: string[] = [];
  for (let count = dice.whole(5, 40); count > 0; count -= 1) {
    const size = dice.pick([0, 1, 20, MOST - 1, MOST, MOST + 1, 3 * MOST]);
    const text = 'a couplet has two lines\r that rhyme '.repeat(20).slice(0, size);
    if (dice.chance(0.3)) {
      const raw = `${delimiter}${text}.`;
      parts.push(`raw ${raw.length}${delimiter}${raw}`);
      notes.push(`line raw ${raw.length}`, `raw ${raw}`);
    } else if (dice.chance(0.1)) {
      parts.push(`again${delimiter}`);
      notes.push('line again', 'line once more');
    } else {
      parts.push(`${text}${delimiter}`);
      notes.push(size > MOST ? `more than ${MOST}` : `line ${text}`);
    }
  }
  return { bytes: Buffer.from(parts.join('')), notes };
}

/** Lines and raw bytes with every kind of delimiter, cut anywhere, to a receiver that pauses and awaits. */
export const lines: Scene = scene('lines', async (world) => {
  const delimiter = world.dice.pick(['\r\n', '\n', '\r\n\r\n']);
  const scribes = new Scribes(world, delimiter);
  await server(world).listenTCP(1, scribes);
  const script = scriptFor(world, delimiter);
  const caller = await call(world, 1);
  await writePieces(caller, world, script.bytes);
  caller.transport.loseWriteConnection();
  await world.until(() => caller.reason !== undefined, 10);
  expectSame(scribes.notes, script.notes, 'the notes');
  expectSame(caller.heard.toString(), `${script.notes.length} notes${delimiter}`, 'the answer');
  expectSame(caller.reason?.name, 'ConnectionDone', 'the reason');
  await expectQuiet(world, 'client', 'server');
});
