import type { DelayedCall } from 'couplet';
import { Factory, Protocol } from 'couplet';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { call, expect, expectQuiet, expectSame, Listener, scene, server, sizeFor, widen } from './scene.ts';

/** Reads in fits and starts, and talks while it reads, if it does. */
class Reader extends Listener {
  readonly #world: World;
  readonly #talks: boolean;
  #rest: DelayedCall | undefined;

  constructor(world: World, talks: boolean) {
    super();
    this.#world = world;
    this.#talks = talks;
  }

  override dataReceived(data: Buffer): void {
    expect(!this.transport.paused, 'data came while reading was paused');
    super.dataReceived(data);
    if (this.#talks) this.transport.write('go on, please');
    if (!this.#world.dice.chance(0.1)) return;
    this.transport.pauseProducing();
    this.#rest = this.transport.clock.callLater(this.#world.dice.pick([0, 5, 100]), () =>
      this.transport.resumeProducing(),
    );
  }

  override connectionLost(reason: Error): void {
    this.#rest?.cancel();
    super.connectionLost(reason);
  }
}

/** Sends its text one way or another, and leaves. */
class Sender extends Protocol<Senders> {
  /** How many bytes a producer has sent, and whether it goes on. */
  #at = 0;
  #going = false;
  #next: DelayedCall | undefined;

  override connectionMade(): void {
    const { way, text } = this.factory;
    switch (way) {
      case 'whole':
        this.transport.write(text);
        break;
      case 'text':
        for (let at = 0; at < text.length; at += 700) this.transport.write(text.toString('latin1', at, at + 700));
        break;
      case 'mixed':
        for (let at = 0; at < text.length; at += 700) {
          const piece = text.subarray(at, at + 700);
          this.transport.write(at % 300 === 0 ? piece.toString() : piece);
        }
        break;
      case 'pull':
        this.transport.registerProducer({ resumeProducing: () => this.#produce(10), stopProducing: () => {} }, false);
        break;
      case 'push':
        this.#push();
        break;
    }
    if (way !== 'late') this.transport.loseConnection();
    else void this.#trickle();
  }

  override connectionLost(reason: Error): void {
    this.#next?.cancel();
    this.factory.reasons.push(reason.name);
  }

  override readConnectionLost(): void {}

  #produce(size: number): void {
    const { text } = this.factory;
    this.transport.write(text.subarray(this.#at, this.#at + size));
    this.#at += size;
    if (this.#at >= text.length) this.transport.unregisterProducer();
  }

  #push(): void {
    // A burst, and the next one after a while.
    const go = (): void => {
      this.#going = true;
      const { text } = this.factory;
      for (let count = 0; this.#going && count < 10 && this.#at < text.length; count += 1) this.#produce(3000);
      if (this.#going && this.#at < text.length)
        this.#next = this.transport.clock.callLater(1, () => this.#going && go());
    };
    this.transport.registerProducer(
      {
        pauseProducing: () => {
          this.#going = false;
        },
        resumeProducing: go,
        stopProducing: () => {
          this.#going = false;
        },
      },
      true,
    );
    go();
  }

  /** Writes whenever there is room, and leaves then. */
  async #trickle(): Promise<void> {
    const { text } = this.factory;
    for (let at = 0; at < text.length && (await this.transport.drained()); at += 50_000) {
      this.transport.write(text.subarray(at, at + 50_000));
    }
    this.transport.loseConnection();
  }
}

class Senders extends Factory {
  override protocol = Sender;
  readonly way: 'whole' | 'text' | 'mixed' | 'pull' | 'push' | 'late';
  readonly text: Buffer;
  readonly reasons: string[] = [];
  constructor(way: Senders['way'], text: Buffer) {
    super();
    this.way = way;
    this.text = text;
  }
}

/** A text that is sent in every way, to readers that pause and talk back, arrives; so does the end, on both sides. */
export const transfers: Scene = scene('transfers', async (world) => {
  if (world.dice.chance(0.7)) widen(world);
  const ways = ['whole', 'text', 'mixed', 'pull', 'push', 'late'] as const;
  await Promise.all(ways.map((way, at) => transfer(world, at + 1, way)));
  await expectQuiet(world, 'client', 'server');
});

async function transfer(world: World, port: number, way: Senders['way']): Promise<void> {
  const size = sizeFor(world, world.dice.pick([1000, 200_000, 600_000])) >> (way === 'pull' ? 4 : 0);
  const text = Buffer.alloc(size, Array.from({ length: 251 }, (_, at) => String.fromCharCode(1 + (at % 126))).join(''));
  const senders = new Senders(way, text);
  await server(world).listenTCP(port, senders);
  const reader = new Reader(world, world.dice.chance(0.5));
  await call(world, port, reader);
  await world.until(() => reader.reason !== undefined && senders.reasons.length > 0, 20);
  expect(reader.heard.equals(text), `${way}: ${reader.heard.length} bytes of ${text.length} arrived`);
  expectSame([reader.reason?.name, ...senders.reasons], ['ConnectionDone', 'ConnectionDone'], `${way}: the reasons`);
}
