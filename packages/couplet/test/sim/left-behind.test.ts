import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock, DelayedCall } from 'couplet';
import { ClientFactory, Factory, Protocol } from 'couplet';
import type { Scenario, SimulateOptions, World } from 'couplet/sim';
import { SimulationError, simulate } from 'couplet/sim';

/** How a simulation fails; empty when it does not. */
async function failure(scenario: Scenario, options: SimulateOptions = {}): Promise<string> {
  try {
    await simulate({ seeds: 1, profile: 'calm', ...options }, scenario);
  } catch (error) {
    assert.ok(error instanceof SimulationError, String(error));
    return error.message;
  }
  return '';
}

/** Says a word, and leaves a second later. */
class Visitor extends Protocol {
  override connectionMade(): void {
    this.transport.write('word');
  }
}

/** A server of such protocols, and a client that says a word and leaves a second later; the world goes on for a while. */
function visited(build: (clock: Clock) => Protocol<unknown>, forMs = 2000): Scenario {
  return async (world: World) => {
    await world.host('server').run(async (reactor) => {
      const factory = new (class extends Factory {
        override buildProtocol(): Protocol<unknown> {
          return build(reactor);
        }
      })();
      await reactor.listenTCP(7, factory);
    });
    const visitor = new Visitor();
    const factory = new (class extends ClientFactory {
      override buildProtocol(): Visitor {
        return visitor;
      }
    })();
    const { reactor } = world.host('client');
    reactor.connectTCP('server', 7, factory);
    reactor.callLater(1000, () => visitor.transport.loseConnection());
    await world.sleep(forMs);
  };
}

class Guarded extends Protocol<unknown> {
  protected timer: DelayedCall | undefined;
  override connectionLost(): void {
    this.timer?.cancel();
  }
}

describe('a simulation, of what a connection leaves behind', () => {
  test('names the protocol and the callback whose promise never settles', async () => {
    class Waits extends Protocol<unknown> {
      override dataReceived(): Promise<void> {
        return new Promise(() => {});
      }
    }
    // The end of the peer waits for the promise, in vain.
    const message = await failure(visited(() => new Waits()));
    assert.match(
      message,
      /: Waits on s1: the promise of dataReceived never settles: its peer is gone, and the world is quiet/,
    );
    class Leaves extends Waits {
      override dataReceived(): Promise<void> {
        this.transport.loseConnection();
        return super.dataReceived();
      }
    }
    const other = await failure(visited(() => new Leaves(), 20_000));
    assert.match(other, /: Leaves on s1: the promise of dataReceived never settles: its connection is gone/);
  });

  test('says nothing of a promise that takes its time, by whatever clock', async () => {
    class Slow extends Protocol<unknown> {
      readonly #clock: Clock;
      constructor(clock: Clock) {
        super();
        this.#clock = clock;
      }
      override connectionLost(): Promise<void> {
        return new Promise((resolve) => {
          this.#clock.callLater(300_000, () => resolve());
        });
      }
    }
    assert.equal(await failure(visited((clock) => new Slow(clock))), '');
  });

  test('names the promise of connectionLost, too, in a world that never is quiet', async () => {
    class Forgets extends Protocol<unknown> {
      override connectionLost(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const message = await failure(async (world) => {
      const { reactor } = world.host('clock');
      const tick = (): void => {
        reactor.callLater(1000, tick);
      };
      tick();
      await visited(() => new Forgets())(world);
    });
    assert.match(message, /: Forgets on s1: the promise of connectionLost never settles/);
  });

  test('names a write after connectionLost', async () => {
    class Writes extends Protocol<unknown> {
      readonly #clock: Clock;
      constructor(clock: Clock) {
        super();
        this.#clock = clock;
      }
      override connectionLost(): void {
        this.transport.write('in it: that does nothing, and is nothing');
        this.#clock.callLater(10, () => this.transport.write('late'));
      }
    }
    assert.match(await failure(visited((clock) => new Writes(clock))), /: Writes on s1: a write after connectionLost/);
  });

  test('names a timer of the connection that runs after it, and one that would', async () => {
    for (const [ms, forMs] of [
      [1500, 3000],
      [86_400_000, 1500],
    ] as const) {
      class Ticks extends Protocol<unknown> {
        override dataReceived(): void {
          this.transport.clock.callLater(ms, () => {});
        }
      }
      const message = await failure(visited(() => new Ticks(), forMs));
      assert.match(message, /: Ticks on s1: a timer of its own clock, made in dataReceived, outlives the connection/);
    }
  });

  test('names a timer that is there still when the stop of the reactor ends the connection', async () => {
    class Ticks extends Protocol<unknown> {
      override connectionMade(): void {
        this.transport.clock.callLater(86_400_000, () => {});
      }
    }
    assert.match(
      await failure(visited(() => new Ticks(), 500)),
      /: Ticks on s1: a timer of its own clock, made in connectionMade/,
    );
  });

  test('says nothing of timers that end with the connection, nor of those of the factory', async () => {
    class Ticks extends Guarded {
      readonly #clock: Clock;
      constructor(clock: Clock) {
        super();
        this.#clock = clock;
      }
      override connectionMade(): void {
        this.timer = this.transport.clock.callLater(86_400_000, () => {});
        this.timer.reset(90_000_000);
        this.transport.clock.callLater(10, () => {});
        this.#clock.callLater(5000, () => {});
      }
    }
    for (const forMs of [500, 3000, 10_000])
      assert.equal(await failure(visited((clock) => new Ticks(clock), forMs)), '');
  });

  test('gives a connection a clock that is the same in all else', async () => {
    let seen: readonly unknown[] = [];
    class Looks extends Protocol<unknown> {
      readonly #clock: Clock;
      constructor(clock: Clock) {
        super();
        this.#clock = clock;
      }
      override connectionMade(): void {
        const { clock } = this.transport;
        const call = clock.callLater(7, () => {});
        seen = [clock.now() === this.#clock.now(), clock.wallClock() === this.#clock.wallClock(), clock.random() < 1];
        seen = [...seen, call.active, call.getTime() - clock.now()];
        call.delay(3);
        seen = [...seen, call.getTime() - clock.now()];
        call.cancel();
        seen = [...seen, call.active];
        assert.throws(() => Reflect.apply(clock.callLater, clock, [1, undefined]), TypeError);
      }
    }
    assert.equal(await failure(visited((clock) => new Looks(clock))), '');
    assert.deepEqual(seen, [true, true, true, true, 7, 10, false]);
  });
});
