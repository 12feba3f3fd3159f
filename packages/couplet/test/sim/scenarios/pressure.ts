import type { Transport } from 'couplet';
import { connect, Factory, Protocol } from 'couplet';
import { encodeLengthPrefixed, encodeLine, encodeNetstring } from 'couplet/framing';
import { Int16StringReceiver, LineOnlyReceiver, NetstringReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect, WHOLE } from './scene.ts';

const CHUNK = 2000;

/** Sends the same to whoever is there. */
class Hub extends Factory {
  readonly subscribers: Set<Transport> = new Set();
  readonly reasons: Error[] = [];
  override buildProtocol(): Subscriber {
    return new Subscriber(this);
  }
}

class Subscriber extends Protocol<unknown> {
  readonly #hub: Hub;
  constructor(hub: Hub) {
    super();
    this.#hub = hub;
  }
  override connectionMade(): void {
    this.#hub.subscribers.add(this.transport);
  }
  override connectionLost(reason: Error): void {
    this.#hub.subscribers.delete(this.transport);
    this.#hub.reasons.push(reason);
  }
}

class Reader extends Protocol<unknown> {
  readonly #reads: boolean;
  received = 0;
  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }
  override connectionMade(): void {
    if (!this.#reads) this.transport.pauseProducing();
  }
  override dataReceived(data: Buffer): void {
    this.received += data.length;
  }
}

async function fanOut(world: World): Promise<void> {
  world.setConditions({ bytesPerMs: Number.POSITIVE_INFINITY, receiveBufferBytes: 65_536, segmentBytes: 1460 });
  const hub = new Hub();
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, hub, { maxWriteBufferBytes: 65_536 });
  });
  const { reactor } = world.host('client');
  const join = (reads: boolean): Promise<Reader> => connect('tcp:server:8007', new Reader(reads), { reactor });
  const readers = [await join(true), await join(true)];
  await join(false);
  await world.until(() => hub.subscribers.size === 3);
  let sent = 0;
  while (hub.subscribers.size === 3) {
    sent += 1;
    const chunk = Buffer.alloc(CHUNK, sent);
    for (const transport of hub.subscribers) transport.write(chunk);
    await world.sleep(20);
    expect(sent < 1000, 'a reader that reads nothing is still kept');
  }
  await world.until(() => readers.every(({ received }) => received === sent * CHUNK));
  expect(hub.reasons.length === 1, `${hub.reasons.length} readers are lost`);
  expect(hub.reasons[0]?.message.includes('maxWriteBufferBytes') === true, `lost: ${hub.reasons[0]}`);
}

/** Notes each frame. */
type Note = (frame: Buffer) => void;

function linesFor(note: Note): Protocol<unknown> {
  return new (class extends LineOnlyReceiver<unknown> {
    override lineReceived(line: Buffer): void {
      note(line);
    }
  })();
}

function netstringsFor(note: Note): Protocol<unknown> {
  return new (class extends NetstringReceiver<unknown> {
    override stringReceived(string: Buffer): void {
      note(string);
    }
  })();
}

function stringsFor(note: Note): Protocol<unknown> {
  return new (class extends Int16StringReceiver<unknown> {
    override stringReceived(string: Buffer): void {
      note(string);
    }
  })();
}

const FRAMINGS = [
  { build: linesFor, encode: (frame: Buffer) => encodeLine(frame) },
  { build: netstringsFor, encode: (frame: Buffer) => encodeNetstring(frame) },
  { build: stringsFor, encode: (frame: Buffer) => encodeLengthPrefixed(2, frame) },
];

async function fragments(world: World): Promise<void> {
  const { dice } = world;
  for (const [at, { build, encode }] of FRAMINGS.entries()) {
    const frames: Buffer[] = [];
    const factory = new (class extends Factory {
      override buildProtocol(): Protocol<unknown> {
        return build((frame) => frames.push(frame));
      }
    })();
    await world.host(`server${at}`).run(async (reactor) => {
      await reactor.listenTCP(8007, factory);
    });
    const sent = Array.from({ length: 30 }, () =>
      Buffer.alloc(dice.pick([0, 1, dice.whole(0, 60)]), dice.whole(97, 122)),
    );
    const stream = Buffer.concat(sent.map(encode));
    const { reactor } = world.host('client');
    const { transport } = await connect(`tcp:server${at}:8007`, new Protocol(), { reactor });
    for (let from = 0; from < stream.length; ) {
      const until = from + dice.pick([1, 2, dice.whole(1, 100)]);
      transport.write(stream.subarray(from, until));
      from = until;
      if (dice.chance(0.5)) await world.sleep(dice.between(0, 10));
    }
    await world.until(() => frames.length >= sent.length);
    expect(Buffer.concat(frames.map(encode)).equals(stream), 'other frames were received than were sent');
    transport.loseConnection();
  }
}

export const PRESSURE: readonly Scene[] = [
  { name: 'row 3 one reader does not read, the others get all', options: { faultPlan: WHOLE }, play: fanOut },
  { name: 'row 5 whatever cuts a stream, the frames are the same', options: { faultPlan: WHOLE }, play: fragments },
];
