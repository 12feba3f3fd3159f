import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DelayedCall, Drained, ListeningPort } from 'couplet';
import { Factory, open, Protocol, Reactor, serve } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';

const PORT = 8007;
/** How long a drain has. */
const DRAIN_MS = 10_000;
const LINE = 'x'.repeat(400);
const REPLY = `${'y'.repeat(5000)}\n`;

/** Replies to each line after a while; when its port drains, it closes as soon as it owes nothing. */
class Replier extends LineReceiver<Replies> {
  #owes = 0;
  #draining = false;
  readonly #calls: Set<DelayedCall> = new Set();

  override lineReceived(): void {
    this.#owes += 1;
    const call = this.transport.clock.callLater(this.factory.delayMs(), () => {
      this.#calls.delete(call);
      this.transport.write(REPLY);
      this.#owes -= 1;
      this.#consider();
    });
    this.#calls.add(call);
  }

  override draining(): void {
    this.#draining = true;
    this.#consider();
  }

  override connectionLost(): void {
    for (const call of this.#calls) call.cancel();
    this.factory.lost.push(this.#owes);
  }

  #consider(): void {
    if (this.#draining && this.#owes === 0 && this.heldBytes === 0) this.transport.loseConnection();
  }
}

class Replies extends Factory {
  override protocol = Replier;
  readonly delayMs: () => number;
  /** How many replies each connection still owed when it was lost. */
  readonly lost: number[] = [];
  readonly events: string[] = [];
  constructor(delayMs: () => number) {
    super();
    this.delayMs = delayMs;
  }
  override stopFactory(): void {
    this.events.push('stop');
  }
  override buildProtocol(): Replier {
    this.events.push('build');
    return new Replier();
  }
}

/** Asks from time to time, until the server closes; resolves to how many whole replies came, and to how much of another one. */
async function ask(world: World, reactor: Reactor, times: number): Promise<[whole: number, rest: number]> {
  await using connection = await open(`tcp:server:${PORT}`, { reactor });
  const asking = (async () => {
    for (let count = 0; count < times; count += 1) {
      if (!(await connection.write(`${LINE}\r\n`))) return;
      await world.sleep(world.dice.between(0, 200));
    }
  })();
  let received = 0;
  try {
    for await (const chunk of connection) received += chunk.length;
  } catch {
    // The connection was cut.
  }
  await asking;
  return [Math.floor(received / REPLY.length), received % REPLY.length];
}

describe('a process that drains at a signal', () => {
  test('R49 whatever the network is like: every reply that was owed is whole, and the counts are right', async () => {
    await simulate({ seeds: FULL ? 100 : 50, profile: 'calm', patienceMs: 600_000 }, async (world) => {
      const host = world.host('server');
      const process = host.spawn();
      const reactor = new Reactor(process);
      const running = reactor.run({ drainTimeoutMs: DRAIN_MS });
      const factory = new Replies(() => world.dice.between(1, 500));
      const port: ListeningPort = await reactor.listenTCP(PORT, factory);
      const clients = ['one', 'two', 'three'].map((name) => world.host(name).reactor);
      const asked = clients.flatMap((client) => [1, 2, 3].map(() => ask(world, client, 10)));
      // Those that come too late are refused.
      const results = Promise.allSettled(asked);
      await world.sleep(world.dice.between(5, 1500));
      let drained: Drained | undefined;
      let told = 0;
      reactor.addSystemEventTrigger('before', 'shutdown', async () => {
        told = factory.lost.length;
        drained = await port.drain();
      });
      const before = factory.lost.length;
      const from = world.now;
      process.signal('SIGTERM');
      await running;
      assert.ok(world.now - from < DRAIN_MS + 1500, `it took ${world.now - from} ms`);
      assert.deepEqual(process.leftovers, []);
      assert.deepEqual(
        factory.lost,
        factory.lost.map(() => 0),
      );
      assert.deepEqual(drained, { closed: told - before, aborted: 0 });
      assert.equal(factory.events.at(-1), 'stop');
      for (const result of await results) {
        if (result.status === 'fulfilled') assert.equal(result.value[1], 0, 'bytes of half a reply');
      }
    });
  });

  test('R49 R50 who never ends is ended in time, counted, and nothing is left', async () => {
    await simulate({ seeds: FULL ? 100 : 50, profile: 'rough', patienceMs: 600_000 }, async (world) => {
      const host = world.host('server');
      const process = host.spawn();
      const reactor = new Reactor(process);
      const running = reactor.run({ drainTimeoutMs: 500, stopLingerMs: 300 });
      class Stubborn extends Protocol {}
      const factory = Factory.forProtocol(Stubborn);
      const port = await reactor.listenTCP(PORT, factory);
      const clients = ['one', 'two'].map((name) => world.host(name).reactor);
      for (const client of clients) void open(`tcp:server:${PORT}`, { reactor: client }).catch(() => {});
      await world.sleep(world.dice.between(0, 500));
      let lost = 0;
      let there = port.connections.size;
      reactor.observe({
        connectionMade: () => {
          there += 1;
        },
        connectionLost: () => {
          lost += 1;
        },
      });
      const from = world.now;
      const drained = port.drain({ timeoutMs: 60_000 });
      process.signal('SIGINT');
      await running;
      const { closed, aborted } = await drained;
      assert.ok(world.now - from < 500 + 2 * 300 + 500, `it took ${world.now - from} ms`);
      assert.deepEqual([closed + aborted, lost], [there, there]);
      assert.deepEqual([process.leftovers, port.connections.size], [[], 0]);
    });
  });

  test('R49 a second signal ends it at once', async () => {
    await simulate({ seeds: 50, profile: 'calm' }, async (world) => {
      const host = world.host('server');
      const process = host.spawn();
      const reactor = new Reactor(process);
      const running = reactor.run({ drainTimeoutMs: 60_000, stopLingerMs: 60_000 });
      const port = await serve(`tcp:${PORT}`, (connection) => connection.closed.then(() => {}), { reactor });
      const client = world.host('client').reactor;
      const connection = await open(`tcp:server:${PORT}`, { reactor: client });
      await world.until(() => port.connections.size === 1);
      process.signal('SIGTERM');
      await world.sleep(world.dice.between(1, 240));
      process.signal('SIGTERM');
      await world.sleep(300);
      assert.equal(reactor.running, true);
      const from = world.now;
      process.signal('SIGTERM');
      await running;
      assert.ok(world.now - from < 200, `it took ${world.now - from} ms`);
      assert.deepEqual(process.leftovers, []);
      connection.close();
    });
  });
});
