import type { DelayedCall } from 'couplet';
import { Factory, Protocol } from 'couplet';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { call, client, expect, expectQuiet, expectSame, Listener, scene, server, sizeFor } from './scene.ts';

/** Answers once the caller has said everything. */
class Replier extends Protocol<Repliers> {
  #asked = 0;
  #answer: DelayedCall | undefined;

  override dataReceived(data: Buffer): void {
    this.#asked += data.length;
  }

  override readConnectionLost(): void {
    this.transport.write(`${this.#asked}:`);
    this.#answer = this.transport.clock.callLater(this.factory.afterMs, () => {
      this.transport.write(this.factory.reply);
      this.transport.loseConnection();
    });
  }

  override connectionLost(): void {
    this.#answer?.cancel();
  }
}

class Repliers extends Factory {
  override protocol = Replier;
  readonly reply: Buffer;
  readonly afterMs: number;
  constructor(reply: Buffer, afterMs: number) {
    super();
    this.reply = reply;
    this.afterMs = afterMs;
  }
}

/** Says it all at once, and knows nothing of half-closing. */
class Speaker extends Protocol<Speakers> {
  override connectionMade(): void {
    this.transport.write(this.factory.speech);
    this.factory.speakers.push(this);
  }
  override connectionLost(reason: Error): void {
    this.factory.reasons.push(reason);
  }
}

class Speakers extends Factory {
  override protocol = Speaker;
  readonly speech: Buffer;
  readonly speakers: Speaker[] = [];
  readonly reasons: Error[] = [];
  started = 0;
  constructor(speech: Buffer) {
    super();
    this.speech = speech;
  }
  override startFactory(): void {
    this.started += 1;
  }
  override stopFactory(): void {
    this.started -= 1;
  }
}

/** The whole answer comes after the caller's end of output, from a server that knows of half-closing and from one that does not. */
async function halfClose(world: World): Promise<void> {
  const reply = Buffer.alloc(sizeFor(world, 100_000), 'reply ');
  await server(world).listenTCP(1, new Repliers(reply, world.dice.pick([0, 50])));
  await server(world).listenTCP(2, new Speakers(reply));
  const [asker, hearer] = [await call(world, 1), await call(world, 2)];
  asker.transport.write(Buffer.alloc(5000, '?'));
  asker.transport.loseWriteConnection();
  hearer.transport.loseWriteConnection();
  await world.until(() => asker.reason !== undefined && hearer.reason !== undefined, 10);
  expect(asker.heard.equals(Buffer.concat([Buffer.from('5000:'), reply])), `${asker.heard.length} bytes were answered`);
  expect(hearer.heard.equals(reply), `${hearer.heard.length} bytes of the speech were heard`);
  expectSame([asker.reason?.name, hearer.reason?.name], ['ConnectionDone', 'ConnectionDone'], 'the reasons');
}

/** A peer that says something every second, and never ends, does not keep a connection from closing. */
async function lingering(world: World): Promise<void> {
  const speakers = new Speakers(Buffer.from('hello'));
  await server(world).listenTCP(3, speakers, { lingerTimeoutMs: 2000, lingerMaxMs: 9000 });
  const caller = await call(world, 3, new Endless());
  const silent = await call(world, 3, new Endless());
  const drip = (): void => {
    if (caller.reason !== undefined) return;
    caller.transport.write('drip');
    client(world).callLater(1000, drip);
  };
  drip();
  await world.until(() => speakers.speakers.length === 2, 10);
  const from = world.now;
  for (const { transport } of speakers.speakers) transport.loseConnection();
  await world.until(() => speakers.reasons.length === 1, 10);
  expect(world.now - from > 1999.9 && world.now - from < 2500, `a silent peer was waited for ${world.now - from} ms`);
  await world.until(() => speakers.reasons.length === 2, 10);
  expect(world.now - from > 8999.9 && world.now - from < 9500, `a drip was waited for ${world.now - from} ms`);
  await world.until(() => caller.reason !== undefined, 100);
  silent.transport.loseConnection();
  await world.until(() => silent.reason !== undefined, 100);
}

class Endless extends Listener {
  override readConnectionLost(): void {}
}

/** What a peer that does not read makes the process hold is bounded, to the byte. */
async function slowReader(world: World): Promise<void> {
  const most = 300_000;
  const { sendBufferBytes, receiveBufferBytes } = world.conditions;
  const speakers = new Speakers(Buffer.alloc(1));
  await server(world).listenTCP(4, speakers, { maxWriteBufferBytes: most });
  const reader = await call(world, 4);
  await world.until(() => reader.heard.length === 1 && speakers.speakers.length === 1, 10);
  reader.transport.pauseProducing();
  const [speaker] = speakers.speakers;
  expect(speaker !== undefined, 'nobody speaks');
  // What the two kernels take, and as much again as may wait.
  speaker.transport.write(Buffer.alloc(sendBufferBytes + receiveBufferBytes));
  await world.sleep(60_000);
  speaker.transport.write(Buffer.alloc(most - 270_000));
  speaker.transport.write(Buffer.alloc(100));
  await world.sleep(100);
  expectSame(speakers.reasons, [], 'the ends of a connection that holds less than it may');
  speaker.transport.write(Buffer.alloc(most + 1));
  await world.until(() => speakers.reasons.length > 0, 10);
  expect(/maxWriteBufferBytes \(300000\)/.test(String(speakers.reasons)), `the reason is ${speakers.reasons}`);
  // It hears of that when it has read what had arrived.
  reader.transport.resumeProducing();
  await world.until(() => reader.reason !== undefined, 10);
}

/** Aborting drops what waits, tells the producer, and says so. */
async function aborting(world: World): Promise<void> {
  const speakers = new Speakers(Buffer.alloc(sizeFor(world, 200_000)));
  await server(world).listenTCP(5, speakers);
  const callers = await Promise.all([call(world, 5), call(world, 5), call(world, 5)]);
  await world.until(() => speakers.speakers.length === 3, 10);
  const why = new Error('enough');
  let stopped = 0;
  const [first, second] = speakers.speakers;
  first?.transport.registerProducer({ resumeProducing: () => {}, stopProducing: () => ++stopped }, false);
  first?.transport.write('one more');
  first?.transport.abortConnection(why);
  second?.transport.write('one more');
  second?.transport.abortConnection();
  await world.until(() => speakers.reasons.length >= 2, 10);
  expectSame(
    speakers.reasons.map(({ name, message }) => `${name} ${message}`).sort(),
    ['ConnectionAborted the connection was aborted by this side', 'Error enough'],
    'the reasons of those who abort',
  );
  expectSame(stopped, 1, 'how often the producer was stopped');
  for (const { transport } of callers) transport.abortConnection();
  await world.until(() => callers.every(({ reason }) => reason !== undefined), 10);
}

/** A port that has stopped takes nobody, those who are there live on, and the factory counts its ports. */
async function stopping(world: World): Promise<void> {
  const speakers = new Speakers(Buffer.from('hello'));
  const ports = [await server(world).listenTCP(6, speakers), await server(world).listenTCP(7, speakers)];
  const caller = await call(world, 6);
  await world.until(() => caller.heard.length === 5, 10);
  await ports[0]?.stopListening();
  expectSame(speakers.started, 1, 'how often the factory is started while a port is open');
  let refused = '';
  await call(world, 6).catch((error) => {
    refused = error.name;
  });
  expectSame(refused, 'ConnectionRefusedError', 'a call to a port that has stopped');
  caller.transport.write('still there');
  await ports[1]?.stopListening();
  expectSame(speakers.started, 0, 'how often the factory is started when no port is open');
  caller.transport.loseConnection();
  await world.until(() => caller.reason !== undefined, 10);
}

/** Every way in which connections and ports end. */
export const endings: Scene = scene('endings', async (world) => {
  await Promise.all([halfClose, lingering, slowReader, aborting, stopping].map((part) => part(world)));
  await expectQuiet(world, 'client', 'server');
  // Some are there when the reactors stop, in any order.
  const crowd = await Promise.all(Array.from({ length: 6 }, () => call(world, 2)));
  for (const { transport } of crowd) if (world.dice.chance(0.4)) transport.abortConnection();
  await world.sleep(world.dice.pick([0, 10, 1000]));
  expect(client(world).running, 'the reactor runs');
});
