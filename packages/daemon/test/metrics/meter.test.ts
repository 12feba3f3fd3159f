import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, type Connection, open, Protocol, Reactor, ServerFactory } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { limitConnections } from 'couplet/policies';
import { DURATION_BUCKETS, type ListenerCounters } from '../../src/metrics/counters.ts';
import { Meter, type Metered } from '../../src/metrics/meter.ts';

/** Sends back what it gets, and ends with an error of its own when it gets an `x`. */
class Mirror extends Protocol {
  override dataReceived(data: Uint8Array): void {
    if (data[0] === 0x78) this.transport.abortConnection(new RangeError('an x'));
    else this.transport.write(data);
  }
}

/** A reactor with a meter, where all ports and connectors have that name, and a promise for the end of each connection. */
function scene(name: Metered | undefined, loop = false) {
  const reactor = new Reactor(new NodeBackend());
  const meter = new Meter(reactor, {
    nameOf: () => name,
    others: () => ({ droppedLines: 7, droppedMessages: 0 }),
    loop,
  });
  return { reactor, meter };
}

async function listen(reactor: Reactor, max = 10) {
  const factory = limitConnections(ServerFactory.forProtocol(Mirror), { max });
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  return Object.assign(port, { place: `tcp:${port.getHost().authority}`, number: port.getHost().port });
}

/** Resolves when that many connections of the reactor have ended. */
function lost(reactor: Reactor, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    reactor.observe({
      connectionLost: () => {
        left -= 1;
        if (left === 0) resolve();
      },
    });
  });
}

/** A client of a mirror. */
class Client {
  readonly connection: Connection;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(connection: Connection) {
    this.connection = connection;
    this.#chunks = connection[Symbol.asyncIterator]();
  }

  /** Sends a text, and resolves when that has come back. */
  async exchange(text: string): Promise<void> {
    await this.connection.write(text);
    let left = text.length;
    while (left > 0) {
      const { value } = await this.#chunks.next();
      left -= value?.length ?? left;
    }
  }

  /** Resolves when the other side has closed. */
  async refused(): Promise<void> {
    assert.equal((await this.#chunks.next()).done, true);
  }
}

async function connect(port: { readonly place: string }): Promise<Client> {
  return new Client(await open(port.place));
}

const NAME = { service: 'mirror', listener: '127.0.0.1:0' };

function only(listeners: readonly ListenerCounters[]): ListenerCounters {
  const [one, ...others] = listeners;
  assert.ok(one !== undefined && others.length === 0);
  return one;
}

describe('a meter', { timeout: 10_000 }, () => {
  test('counts what a port accepts, refuses, moves and closes, and keeps it when the port is gone', async () => {
    const { reactor, meter } = scene({ ...NAME, certificateExpiry: 1_800_000_000 });
    const port = await listen(reactor, 2);
    const ended = lost(reactor, 2);
    const one = await connect(port);
    const other = await connect(port);
    await one.exchange('hello');
    await other.exchange('hi');
    const third = await connect(port);
    await third.refused();
    const open2 = only((await meter.survey()).listeners);
    assert.deepEqual(
      [open2.accepted, open2.open, open2.refused, open2.closed, open2.receivedBytes, open2.sentBytes],
      [3, 2, { connection_limit: 1 }, {}, 7, 7],
    );
    assert.deepEqual([open2.certificateExpiry, open2.queuedBytes], [1_800_000_000, 0]);

    await one.exchange('more');
    await other.connection.write('x');
    one.connection.end();
    await ended;
    await port.stopListening();
    await port.drain();
    const gone = only(meter.count().listeners);
    assert.deepEqual(
      [gone.accepted, gone.open, gone.refused, gone.receivedBytes, gone.sentBytes, gone.certificateExpiry],
      [3, 0, { connection_limit: 1 }, 12, 11, undefined],
    );
    assert.deepEqual(gone.closed, { connection_done: 1, error: 1 });
    assert.equal(gone.durations.length, DURATION_BUCKETS.length + 1);
    assert.equal(
      gone.durations.reduce((sum, count) => sum + count),
      2,
    );
    assert.ok(gone.durationSeconds > 0);
    meter.close();
  });

  test('adds up ports of one name, one after the other', async () => {
    const { reactor, meter } = scene(NAME);
    for (let time = 1; time <= 3; time += 1) {
      const port = await listen(reactor);
      const ended = lost(reactor, 1);
      const client = await connect(port);
      await client.exchange('abc');
      if (time === 2) assert.equal(only(meter.count().listeners).open, 1);
      client.connection.end();
      await ended;
      await port.drain();
      const counters = only(meter.count().listeners);
      assert.deepEqual(
        [counters.accepted, counters.receivedBytes, counters.closed],
        [time, 3 * time, { connection_done: time }],
      );
    }
    meter.close();
  });

  test('counts clients by their name, and what they move while they are open at each survey', async () => {
    const server = new Reactor(new NodeBackend());
    const port = await listen(server);
    const { reactor, meter } = scene({ service: 'upstream', listener: 'mirror:7' });
    for (let time = 1; time <= 2; time += 1) {
      let answered: (protocol: Protocol) => void = () => {};
      const answer = new Promise<Protocol>((resolve) => {
        answered = resolve;
      });
      const ended = lost(reactor, 1);
      class Caller extends Protocol {
        override connectionMade(): void {
          this.transport.write('ping');
        }
        override dataReceived(): void {
          answered(this);
        }
      }
      reactor.connectTCP('127.0.0.1', port.number, ClientFactory.forProtocol(Caller));
      const caller = await answer;
      assert.equal(only(meter.count().listeners).open, 1);
      const counters = only((await meter.survey()).listeners);
      assert.deepEqual([counters.accepted, counters.receivedBytes, counters.sentBytes], [time, 4 * time, 4 * time]);
      caller.transport.loseConnection();
      await ended;
    }
    const counters = only(meter.count().listeners);
    assert.deepEqual([counters.accepted, counters.open, counters.receivedBytes], [2, 0, 8]);
    await port.drain();
    meter.close();
  });

  test('does not count what has no name', async () => {
    const { reactor, meter } = scene(undefined);
    const port = await listen(reactor);
    const ended = lost(reactor, 1);
    (await connect(port)).connection.end();
    await ended;
    await port.drain();
    const { listeners, droppedLines } = await meter.survey();
    assert.deepEqual([listeners, droppedLines], [[], 7]);
    meter.close();
  });

  test('tells of the process, and of the loop only when that is asked for', async () => {
    const plain = scene(NAME).meter;
    const before = plain.count();
    assert.deepEqual([before.loop, before.openDescriptors, before.serial], [undefined, undefined, 1]);
    assert.ok(before.residentBytes > 1e6 && before.cpuSeconds > 0);
    const after = await plain.survey();
    assert.ok((after.openDescriptors ?? 0) >= 3);
    assert.equal(after.serial, 2);
    const { reactor, meter } = scene(NAME, true);
    await new Promise<void>((resolve) => void reactor.callLater(5, resolve));
    const { loop } = meter.count();
    assert.ok(loop !== undefined && loop.asleep > 0 && loop.asleep <= 1 && loop.max >= loop.p99 && loop.max > 0);
    meter.close();
    assert.equal(meter.count().loop, undefined);
  });
});
