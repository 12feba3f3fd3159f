import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IPv4Address } from 'couplet';
import { Clock, StringTransport } from 'couplet/testing';
import type { SlowPoetry } from '../../src/protocols/slow-poetry.ts';
import { SlowPoetryFactory } from '../../src/protocols/slow-poetry.ts';

interface Client {
  readonly protocol: SlowPoetry;
  readonly transport: StringTransport;
}

/** Everything that a client was sent. */
function sent({ transport }: Client): string {
  return transport.value().toString();
}

/** A slow server of ten bytes, four every 100 ms, and its clients. */
class Stage {
  readonly clock = new Clock();
  readonly told: string[] = [];
  readonly #factory: SlowPoetryFactory;

  constructor(concurrency = 1) {
    this.#factory = new SlowPoetryFactory({
      poem: Buffer.from('0123456789'),
      numBytes: 4,
      delayMs: 100,
      concurrency,
      onTurn: (peer) => this.told.push(peer.authority),
      onPiece: (length) => this.told.push(`${length}`),
    });
  }

  get facts(): object {
    return this.#factory.describe();
  }

  enter(port: number): Client {
    const protocol = new this.#factory.protocol();
    const transport = new StringTransport({ clock: this.clock, peer: new IPv4Address('127.0.0.1', port) });
    protocol.factory = this.#factory;
    protocol.makeConnection(transport);
    return { protocol, transport };
  }
}

describe('SlowPoetry', () => {
  it('shows the waiting line, and how much of the poem each client has', () => {
    const stage = new Stage();
    const [first, second] = [stage.enter(1), stage.enter(2)];
    stage.enter(3);
    assert.deepEqual(stage.facts, { reciting: 1, waiting: 2 });
    assert.deepEqual(
      [first.protocol.describe(), second.protocol.describe()],
      [
        { sent: 4, of: 10 },
        { sent: 0, of: 10 },
      ],
    );
    stage.clock.advance(200);
    assert.deepEqual(stage.facts, { reciting: 1, waiting: 1 });
  });

  it('sends a piece at once, the next after each delay, and closes with the last', () => {
    const stage = new Stage();
    const client = stage.enter(1);
    assert.equal(sent(client), '0123');
    stage.clock.advance(99);
    assert.equal(sent(client), '0123');
    stage.clock.advance(1);
    assert.equal(sent(client), '01234567');
    assert.equal(client.transport.disconnecting, false);
    stage.clock.advance(100);
    assert.equal(sent(client), '0123456789');
    assert.equal(client.transport.disconnecting, true);
    assert.deepEqual(stage.told, ['127.0.0.1:1', '4', '4', '2']);
    assert.equal(stage.clock.getDelayedCalls().length, 0);
  });

  it('serves the next when the last byte is handed over, before the peer has closed', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    stage.clock.advance(100);
    assert.equal(sent(second), '');
    stage.clock.advance(100);
    assert.equal(sent(second), '0123');
    first.protocol.connectionLost();
    stage.clock.advance(200);
    assert.equal(sent(second), '0123456789');
  });

  it('frees the turn of a client that is lost in mid-poem', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    first.protocol.connectionLost();
    assert.equal(sent(second), '0123');
    stage.clock.advance(1000);
    assert.equal(sent(first), '0123');
    assert.equal(stage.clock.getDelayedCalls().length, 0);
  });

  it('passes over a client that left while it waited', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    const third = stage.enter(3);
    second.protocol.connectionLost();
    first.protocol.connectionLost();
    assert.deepEqual([sent(second), sent(third)], ['', '0123']);
  });

  it('goes on for a client that ended its side', () => {
    const stage = new Stage();
    const client = stage.enter(1);
    client.protocol.readConnectionLost();
    stage.clock.advance(200);
    assert.equal(sent(client), '0123456789');
  });

  it('serves as many at a time as it was told', () => {
    for (const [concurrency, served] of [
      [1, 1],
      [2, 2],
      [0, 3],
    ] as const) {
      const stage = new Stage(concurrency);
      const clients = [1, 2, 3].map((port) => stage.enter(port));
      assert.equal(clients.filter((client) => sent(client) !== '').length, served);
    }
  });

  it('R49 finishes the poems that have begun, and gives those that wait nothing', () => {
    const stage = new Stage(2);
    const clients = [1, 2, 3, 4].map((port) => stage.enter(port));
    for (const { protocol } of clients) protocol.draining();
    assert.deepEqual(
      clients.map(({ transport }) => transport.disconnecting),
      [false, false, true, true],
    );
    stage.clock.advance(200);
    assert.deepEqual(clients.map(sent), ['0123456789', '0123456789', '', '']);
    assert.equal(stage.told.includes('127.0.0.1:3'), false);
  });
});
