import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connection } from 'couplet';
import { connect, Factory, Protocol, serve } from 'couplet';
import type { Scenario, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';

const WHOLE = { faults: [], faultsMs: 0, everyMs: Number.POSITIVE_INFINITY } as const;
/** What one connection may hand over before the events that wait have their turn. */
const MOST = 256 * 1024;
const ROW = 50_000;
const ROWS = 30;
const EACH = 3;
const TURNS = 10;

/** Computes a row whenever there is room. */
class Pulls extends Protocol {
  #left = ROWS;
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
  }
  resumeProducing(): void {
    this.transport.write(Buffer.alloc(ROW, this.#left));
    this.#left -= 1;
    if (this.#left > 0) return;
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
  stopProducing(): void {}
}

/** Writes until it is told to pause. */
class Pushes extends Protocol {
  #left = ROWS;
  #going = true;
  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }
  pauseProducing(): void {
    this.#going = false;
  }
  resumeProducing(): void {
    this.#going = true;
    while (this.#going && this.#left > 0) {
      this.#left -= 1;
      this.transport.write(Buffer.alloc(ROW, this.#left));
    }
    if (this.#left > 0) return;
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
  stopProducing(): void {}
}

/** Writes rows, and waits for room whenever there is none. */
class Waits extends Protocol {
  override connectionMade(): void {
    void this.#write();
  }
  async #write(): Promise<void> {
    for (let left = ROWS; left > 0; left -= 1) {
      if (!this.transport.write(Buffer.alloc(ROW, left))) await this.transport.drained();
    }
    this.transport.loseConnection();
  }
}

async function rows(connection: Connection): Promise<void> {
  for (let left = ROWS; left > 0; left -= 1) await connection.write(Buffer.alloc(ROW, left));
}

class Reader extends Protocol {
  received = 0;
  lost = false;
  override dataReceived(data: Buffer): void {
    this.received += data.length;
  }
  override connectionLost(): void {
    this.lost = true;
  }
}

/** What was handed over, looked at each time that something else happens. */
class Watch {
  /** The most bytes of one connection in one event, and the most between two turns of the timer. */
  mostInEvent = 0;
  mostInTurn = 0;
  readonly #world: World;
  #event = -1;
  readonly #inEvent: Map<string, number> = new Map();
  readonly #inTurn: Map<string, number> = new Map();

  constructor(world: World) {
    this.#world = world;
    const { listener } = world.trace;
    world.trace.listener = (line) => {
      listener?.(line);
      const [, name, size] = / server (s\d+) writes (\d+)/.exec(line) ?? [];
      if (name !== undefined) this.#wrote(name, Number(size));
    };
  }

  /** The timer has its turn. */
  turn(): void {
    this.#inTurn.clear();
  }

  #wrote(name: string, size: number): void {
    const { happened } = this.#world.schedule;
    if (happened !== this.#event) this.#inEvent.clear();
    this.#event = happened;
    this.mostInEvent = Math.max(this.mostInEvent, added(this.#inEvent, name, size));
    this.mostInTurn = Math.max(this.mostInTurn, added(this.#inTurn, name, size));
  }
}

function added(counts: Map<string, number>, name: string, size: number): number {
  const count = (counts.get(name) ?? 0) + size;
  counts.set(name, count);
  return count;
}

const busy: Scenario = async (world) => {
  // The kernel takes whatever it is given, so that nobody is ever held up by it.
  world.setConditions({
    bytesPerMs: Number.POSITIVE_INFINITY,
    segmentBytes: 65_536,
    sendBufferBytes: 1e9,
    receiveBufferBytes: 1e9,
  });
  const host = world.host('server');
  await host.run(async (reactor) => {
    await reactor.listenTCP(1, Factory.forProtocol(Pulls));
    await reactor.listenTCP(2, Factory.forProtocol(Pushes));
    await reactor.listenTCP(3, Factory.forProtocol(Waits));
    await serve('tcp:4', rows, { reactor });
  });
  const watch = new Watch(world);
  // Time stands still while something is due: a timer of 0 ms shows who has a turn when, for as long as rows are written.
  let turns = 0;
  const tick = (left: number): void => {
    turns += 1;
    watch.turn();
    if (left > 0) host.reactor.callLater(0, tick, left - 1);
  };
  host.reactor.observe({ connectionMade: () => void host.reactor.callLater(0, tick, TURNS) });
  const { reactor } = world.host('client');
  const calls = Array.from({ length: 4 * EACH }, (_, at) =>
    connect(`tcp:server:${1 + (at % 4)}`, new Reader(), { reactor }),
  );
  const readers = await Promise.all(
    calls.map(async (call) => {
      const reader = await call;
      await world.until(() => reader.lost, 1);
      return reader;
    }),
  );
  for (const { received } of readers) assert.equal(received, ROW * ROWS);
  assert.ok(watch.mostInEvent > MOST / 2 && watch.mostInEvent <= MOST, `${watch.mostInEvent} bytes in one event`);
  assert.ok(watch.mostInTurn <= 2 * MOST, `${watch.mostInTurn} bytes between two turns of a timer`);
  assert.equal(turns, 4 * EACH * (TURNS + 1));
};

describe('fairness', () => {
  test('R60 no connection hands over more than 256 KiB before others have their turn, and timers have theirs', async () => {
    await simulate({ seeds: 10, faultPlan: WHOLE }, busy);
  });
});
