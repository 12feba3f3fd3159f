import type { DelayedCall } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { limitConnections, limitPerPeer, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { call, expect, expectQuiet, expectSame, scene, server, widen } from './scene.ts';

/** Counts who is there, and keeps the reasons of those who are gone. */
class Guests extends Factory {
  open = 0;
  most = 0;
  readonly ends: { readonly name: string; readonly afterMs: number }[] = [];
  override buildProtocol(): Guest {
    return new Guest(this);
  }
}

class Guest extends Protocol<unknown> {
  readonly #guests: Guests;
  #since = 0;
  #more: DelayedCall | undefined;
  constructor(guests: Guests) {
    super();
    this.#guests = guests;
  }
  override connectionMade(): void {
    this.#since = this.transport.clock.now();
    this.#guests.open += 1;
    this.#guests.most = Math.max(this.#guests.most, this.#guests.open);
    this.transport.write('welcome');
  }
  override dataReceived(data: Buffer): void {
    if (!data.includes('+')) return;
    this.transport.write(Buffer.alloc(40_000));
    this.#more = this.transport.clock.callLater(500, () => this.transport.write(Buffer.alloc(40_000)));
  }
  override connectionLost(reason: Error): void {
    this.#more?.cancel();
    this.#guests.open -= 1;
    this.#guests.ends.push({ name: reason.name, afterMs: this.transport.clock.now() - this.#since });
  }
}

/** A storm of calls, which end in every way, never makes more guests than there may be; afterwards as many may come again. */
async function limits(world: World): Promise<void> {
  const [all, peers] = [new Guests(), new Guests()];
  await server(world).listenTCP(1, limitConnections(limitPerPeer(all, { max: 2, message: 'two' }), { max: 3 }));
  await server(world).listenTCP(2, limitPerPeer(limitConnections(peers, { max: 2, message: 'full' }), { max: 3 }));
  for (const [guests, port, word] of [
    [all, 1, 'two'],
    [peers, 2, 'full'],
  ] as const) {
    await Promise.all(Array.from({ length: 8 }, () => visit(world, port)));
    expectSame(guests.most, 2, `the most guests at a time at port ${port}`);
    await world.until(() => guests.open === 0, 10);
    await world.sleep(1000);
    const kept = [await call(world, port), await call(world, port)];
    await world.until(() => kept.every(({ heard }) => heard.toString() === 'welcome'), 10);
    const extra = await call(world, port);
    await world.until(() => extra.reason !== undefined, 10);
    expectSame(extra.heard.toString(), word, 'what one too many is told');
    for (const { transport } of kept) transport.loseConnection();
    await world.until(() => kept.every(({ reason }) => reason !== undefined), 10);
    await world.until(() => guests.open === 0, 10);
    expectSame(guests.most, 2, `the most guests at a time at port ${port}`);
  }
}

async function visit(world: World, port: number): Promise<void> {
  const { dice } = world;
  await world.sleep(dice.between(0, 100));
  const guest = await call(world, port);
  await world.sleep(dice.between(0, 300));
  if (dice.chance(0.5)) guest.transport.loseConnection();
  else guest.transport.abortConnection();
  await world.until(() => guest.reason !== undefined, 10);
}

/** Deadlines come, when they are due, and not for those who move. */
async function deadlines(world: World): Promise<void> {
  const [idle, absolute] = [new Guests(), new Guests()];
  await server(world).listenTCP(3, timeoutIdle(idle, { idleTimeoutMs: 3000 }));
  await server(world).listenTCP(4, timeoutAbsolute(absolute, { timeoutMs: 8000 }));
  const quiet = [await call(world, 3), await call(world, 3), await call(world, 4), await call(world, 4)];
  const drip = await call(world, 3);
  for (let second = 0; second < 6; second += 1) {
    drip.transport.write('.');
    await world.sleep(1000);
  }
  expectSame(idle.open, 1, 'who is there after six seconds');
  await world.until(() => idle.ends.length === 3 && absolute.ends.length === 2, 10);
  for (const { name, afterMs } of [...idle.ends, ...absolute.ends]) {
    expectSame(name, 'TimeoutError', 'the reason of a deadline');
    expect(afterMs > 2999.9 && afterMs <= 12_000, `a deadline came after ${afterMs} ms`);
  }
  for (const { afterMs } of absolute.ends)
    expect(afterMs > 7999.9 && afterMs <= 9000, `the absolute deadline came after ${afterMs} ms`);
  for (const { afterMs } of idle.ends.slice(0, 2))
    expect(afterMs <= 4200, `the idle deadline of a silent peer came after ${afterMs} ms`);
  await world.until(() => [...quiet, drip].every(({ reason }) => reason !== undefined), 10);
}

/** A slow download is not idle, and a throttle keeps to its rate, in both directions, and loses nothing. */
async function rates(world: World): Promise<void> {
  const guests = new Guests();
  const slow = { readBytesPerSecond: 20_000, writeBytesPerSecond: 20_000, burstBytes: 5000 };
  await server(world).listenTCP(5, timeoutIdle(throttle(guests, slow), { idleTimeoutMs: 2000 }));
  const from = world.now;
  const guest = await call(world, 5);
  guest.transport.write('+');
  await world.until(() => guest.heard.length >= 7 + 80_000 || guest.reason !== undefined, 10);
  expectSame(guest.heard.length, 80_007, 'what came through the throttle');
  expect(world.now - from > 3700, `80,007 bytes came at 20,000 a second in ${world.now - from} ms`);
  const speaking = await call(world, 6);
  const heard = (): number => echoes.reduce((sum, size) => sum + size, 0);
  const since = world.now;
  speaking.transport.write(Buffer.alloc(SPOKEN));
  await world.until(() => heard() === SPOKEN || speaking.reason !== undefined, 10);
  expect(speaking.reason === undefined, `it ended before all was read: ${speaking.reason}`);
  // One chunk may be ahead of the rate.
  const least = (SPOKEN - METERED.burstBytes - 65_536) / (METERED.readBytesPerSecond / 1000);
  expect(world.now - since > least, `${SPOKEN} bytes were read in ${world.now - since} ms`);
  for (const { transport } of [guest, speaking]) transport.loseConnection();
  await world.until(() => guest.reason !== undefined && speaking.reason !== undefined, 10);
}

const SPOKEN = 150_000;
const METERED = { readBytesPerSecond: 10_000, burstBytes: 5000 };

/** How many bytes each read of the throttled listener brought, in the world that is played. */
let echoes: number[] = [];

class Meter extends Protocol {
  override dataReceived(data: Buffer): void {
    echoes.push(data.length);
    // Whoever pauses and resumes must not get ahead of the throttle.
    this.transport.pauseProducing();
    this.transport.resumeProducing();
  }
}

/** Limits, deadlines and rates. */
export const policies: Scene = scene('policies', async (world) => {
  echoes = [];
  widen(world);
  // Each chunk is paid for longer than a connection may be idle.
  const meter = throttle(Factory.forProtocol(Meter), METERED);
  await server(world).listenTCP(6, timeoutIdle(meter, { idleTimeoutMs: 1000 }));
  await Promise.all([limits, deadlines, rates].map((part) => part(world)));
  await expectQuiet(world, 'client', 'server');
});
