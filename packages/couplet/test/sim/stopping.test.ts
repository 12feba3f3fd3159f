import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionOptions, DelayedCall, Reactor } from 'couplet';
import { ClientFactory, ClientTLS, connect, Factory, Protocol, ServerTLS } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import type { Conditions, Scenario, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';

/** Nothing goes wrong by itself; what the network is like each scene says. */
const WHOLE = { faults: [], faultsMs: 0, everyMs: Number.POSITIVE_INFINITY } as const;
/** Every seed has latency and late awakenings of its own; nothing else may hold what is sent back. */
const WIDE: Partial<Conditions> = {
  bytesPerMs: Number.POSITIVE_INFINITY,
  segmentBytes: 16_384,
  sendBufferBytes: 1_000_000,
  receiveBufferBytes: 65_536,
};
const PORT = 8007;

async function play(scenario: Scenario, conditions: Partial<Conditions> = WIDE, seeds = FULL ? 20 : 8): Promise<void> {
  await simulate({ seeds, faultPlan: WHOLE }, async (world) => {
    world.setConditions({ ...conditions, latencyMs: Math.min(world.conditions.latencyMs, 10), jitterMs: 0 });
    await scenario(world);
  });
}

/** What a server's connection sends as soon as it is there, and how it ended. */
class Sends extends Protocol<Sending> {
  override connectionMade(): void {
    this.transport.write(this.factory.reply);
    if (this.factory.leaves) this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.factory.reasons.push(reason);
  }
}

class Sending extends Factory {
  override protocol = Sends;
  readonly reply: Buffer;
  readonly leaves: boolean;
  readonly reasons: Error[] = [];
  constructor(reply: Buffer, leaves: boolean) {
    super();
    this.reply = reply;
    this.leaves = leaves;
  }
}

/** Counts what it gets, and goes on sending for as long as it can, if it does. */
class Caller extends Protocol {
  received = 0;
  reason: Error | undefined;
  readonly #everyMs: number;
  #timer: DelayedCall | undefined;
  constructor(everyMs = 0) {
    super();
    this.#everyMs = everyMs;
  }
  override connectionMade(): void {
    if (this.#everyMs > 0) this.#send();
  }
  override dataReceived(data: Buffer): void {
    this.received += data.length;
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.#timer?.cancel();
  }
  #send(): void {
    this.transport.write(Buffer.alloc(1000));
    this.#timer = this.transport.clock.callLater(this.#everyMs, () => this.#send());
  }
}

/** Reads nothing, or so many bytes a second. */
class Reluctant extends Caller {
  readonly #everyMs: number;
  #reading: DelayedCall | undefined;
  constructor(everyMs: number) {
    super();
    this.#everyMs = everyMs;
  }
  override connectionMade(): void {
    this.#rest();
  }
  override dataReceived(data: Buffer): void {
    super.dataReceived(data);
    this.#rest();
  }
  override connectionLost(reason: Error): void {
    super.connectionLost(reason);
    this.#reading?.cancel();
  }
  #rest(): void {
    this.transport.pauseProducing();
    if (this.#everyMs === 0) return;
    this.#reading = this.transport.clock.callLater(this.#everyMs, () => this.transport.resumeProducing());
  }
}

async function listening(world: World, factory: Factory, options: ConnectionOptions = {}): Promise<Reactor> {
  const host = world.host('server');
  await host.run(async (reactor) => void (await reactor.listenTCP(PORT, factory, options)));
  return host.reactor;
}

function call<P extends Caller>(world: World, caller: P): Promise<P> {
  return connect(`tcp:server:${PORT}`, caller, { reactor: world.host('client').reactor });
}

/** Stops a reactor, and resolves to how long that took. */
async function stopped(world: World, reactor: Reactor): Promise<number> {
  const from = world.now;
  let took: number | undefined;
  reactor.addSystemEventTrigger('after', 'shutdown', () => {
    took = world.now - from;
  });
  reactor.stop();
  await world.until(() => took !== undefined);
  return took ?? Number.NaN;
}

describe('a reactor that stops', () => {
  test('R50 a reply that is on its way arrives whole, though the client goes on sending', async () => {
    for (const leaves of [true, false]) {
      await play(async (world) => {
        const factory = new Sending(Buffer.alloc(200_000, 'reply'), leaves);
        const reactor = await listening(world, factory);
        const callers = await Promise.all(Array.from({ length: 20 }, () => call(world, new Caller(5))));
        await world.sleep(world.dice.between(0, 20));
        const tookMs = await stopped(world, reactor);
        assert.ok(tookMs < 1000, `the stop took ${tookMs} ms`);
        await world.until(() => callers.every(({ reason }) => reason !== undefined));
        // Who had not got through to the program by then got nothing, and a reset.
        const served = callers.filter(({ received }) => received > 0);
        assert.equal(served.length, factory.reasons.length);
        for (const { received, reason } of served)
          assert.deepEqual([received, reason?.name], [200_000, 'ConnectionDone']);
      });
    }
  });

  test('R50 who does not take what is unsent is reset when stopLingerMs is over, and holds the stop up no longer', async () => {
    await play(
      async (world) => {
        const factory = new Sending(Buffer.alloc(2_000_000), false);
        const reactor = await listening(world, factory);
        const [reader, sleeper] = [await call(world, new Caller()), await call(world, new Reluctant(0))];
        await world.until(() => reader.received === 2_000_000);
        const tookMs = await stopped(world, reactor);
        assert.ok(tookMs >= 1000 && tookMs < 1200, `the stop took ${tookMs} ms`);
        await world.until(() => reader.reason !== undefined);
        assert.equal(reader.reason?.name, 'ConnectionDone');
        sleeper.transport.resumeProducing();
        await world.until(() => sleeper.reason !== undefined);
        assert.equal(sleeper.reason?.name, 'ConnectionLost');
        assert.deepEqual(
          factory.reasons.map(({ name }) => name),
          ['ConnectionAborted', 'ConnectionAborted'],
        );
      },
      { ...WIDE, sendBufferBytes: 65_536, segmentBytes: 1460 },
      10,
    );
  });

  test('R50 a silent peer of a TLS handshake holds no stop up', async () => {
    await play(async (world) => {
      const { cert, key, ca } = world.certificate({ names: ['server'] });
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(1, Factory.forProtocol(Protocol), { tls: new ServerTLS({ cert, key }) });
        await reactor.listenTCP(2, Factory.forProtocol(Protocol));
      });
      const { reactor } = world.host('client');
      // A client that says nothing to a TLS port, and a TLS client of a port that says nothing.
      const silent = await connect('tcp:server:1', new Caller(), { reactor });
      reactor.connectTCP('server', 2, ClientFactory.forProtocol(Protocol), { tls: new ClientTLS({ ca }) });
      await world.sleep(500);
      for (const host of ['client', 'server']) {
        const tookMs = await stopped(world, world.host(host).reactor);
        assert.ok(tookMs <= 1200, `the stop of the ${host} took ${tookMs} ms`);
      }
      assert.notEqual(silent.reason, undefined);
    });
  });
});

/** Is busy until it is told that it is not. */
class Busy extends Protocol<Business> {
  override dataReceived(): Promise<void> {
    this.factory.leave = () => this.transport.loseConnection();
    return new Promise((resolve) => {
      this.factory.idle = resolve;
    });
  }
}

class Business extends Factory {
  override protocol = Busy;
  idle: () => void = () => {};
  leave: () => void = () => {};
}

/** Leaves its own side open. */
class Lasting extends Caller {
  override readConnectionLost(): void {}
}

describe('a second signal', () => {
  for (const gapMs of [0, 200]) {
    test(`R50 ends a stop at once, also for who is busy and has a peer that does not close: after ${gapMs} ms`, async () => {
      await play(async (world) => {
        const business = new Business();
        const reactor = await listening(world, business);
        const caller = await call(world, new Lasting());
        caller.transport.write('a lot to do');
        await world.sleep(500);
        business.leave();
        await world.sleep(500);
        const [process] = world.host('server').processes;
        const stop = stopped(world, reactor);
        if (gapMs > 0) await world.sleep(gapMs);
        process?.signal('SIGTERM');
        const tookMs = await stop;
        business.idle();
        assert.ok(tookMs < gapMs + 300, `the stop took ${tookMs} ms`);
      });
    });
  }
});

describe('closeTimeoutMs', () => {
  const options = { closeTimeoutMs: 30_000 };

  test('R50 peers that take nothing are reset, and hold a limit no longer', async () => {
    await play(async (world) => {
      const factory = new Sending(Buffer.alloc(8_000_000), true);
      await listening(world, limitConnections(factory, { max: 3 }), options);
      const sleepers = await Promise.all([1, 2, 3].map(() => call(world, new Reluctant(0))));
      const refused = await call(world, new Caller());
      await world.until(() => refused.reason !== undefined);
      assert.equal(refused.received, 0);
      const from = world.now;
      await world.until(() => factory.reasons.length === 3, 100);
      // What the kernel was handed in one piece before may take as long as its portions would.
      assert.ok(world.now - from >= 29_000, `after ${world.now - from} ms`);
      for (const reason of factory.reasons) {
        assert.equal(reason.name, 'TimeoutError');
        assert.match(reason.message, /closeTimeoutMs/);
      }
      const served = await call(world, new Caller());
      await world.until(() => served.reason !== undefined, 100);
      assert.equal(served.received, 8_000_000);
      for (const { transport } of sleepers) transport.abortConnection();
    });
  });

  test('R50 a peer of 2 KB/s gets everything, for ten times as long', async () => {
    const conditions = { ...WIDE, sendBufferBytes: 4096, receiveBufferBytes: 2000, segmentBytes: 1460, wakeMs: 0 };
    await play(
      async (world) => {
        const factory = new Sending(Buffer.alloc(600_000), true);
        await listening(world, factory, options);
        const from = world.now;
        const slow = await call(world, new Reluctant(1000));
        await world.until(() => slow.reason !== undefined, 1000);
        assert.deepEqual([slow.received, slow.reason?.name], [600_000, 'ConnectionDone']);
        assert.ok(world.now - from > 290_000, `it took ${world.now - from} ms`);
        assert.equal(factory.reasons[0]?.name, 'ConnectionDone');
      },
      conditions,
      3,
    );
  });
});

/** How a receiver takes its time over a line. */
type Way = 'promise' | 'pause';

class Lines extends LineReceiver<LineKeeper> {
  #resuming: DelayedCall | undefined;
  override lineReceived(line: Buffer): void | Promise<void> {
    this.factory.log.push(line.toString());
    if (this.factory.way === 'promise') {
      return new Promise((resolve) => {
        this.factory.clock.callLater(20, resolve);
      });
    }
    this.transport.pauseProducing();
    this.#resuming = this.transport.clock.callLater(20, () => this.transport.resumeProducing());
  }
  override connectionLost(reason: Error): void {
    this.factory.log.push(reason.name);
    this.#resuming?.cancel();
  }
}

class LineKeeper extends Factory {
  override protocol = Lines;
  readonly log: string[] = [];
  readonly way: Way;
  readonly clock: Reactor;
  constructor(clock: Reactor, way: Way) {
    super();
    this.clock = clock;
    this.way = way;
  }
}

describe('frames that a receiver holds when the peer resets', () => {
  const lines = Array.from({ length: 10 }, (_, at) => `line ${at}`);
  for (const way of ['promise', 'pause'] as const) {
    for (const more of [0, 3]) {
      test(`R8a ${way}: all that had arrived comes first${more > 0 ? ', also what the kernel has' : ''}`, async () => {
        await play(
          async (world) => {
            const host = world.host('server');
            let keeper: LineKeeper | undefined;
            await host.run(async (reactor) => {
              keeper = new LineKeeper(reactor, way);
              await reactor.listenTCP(PORT, keeper);
            });
            const caller = await call(world, new Caller());
            caller.transport.write(`${lines.join('\r\n')}\r\n`);
            await world.sleep(20);
            for (let count = 0; count < more; count += 1) caller.transport.write(`more ${count}\r\n`);
            await world.sleep(30);
            caller.transport.abortConnection();
            await world.until(() => keeper?.log.at(-1)?.startsWith('Connection') === true);
            const expected = [...lines, ...Array.from({ length: more }, (_, at) => `more ${at}`), 'ConnectionLost'];
            assert.deepEqual(keeper?.log, expected);
          },
          { ...WIDE, segmentBytes: 65_536, wakeMs: 0 },
          20,
        );
      });
    }
  }
});
