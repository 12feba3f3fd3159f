import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SlowPoetry } from '../src/slow-poetry.ts';
import { SlowPoetryFactory } from '../src/slow-poetry.ts';
import { ManualClock, Paper } from './paper.ts';

interface Client {
  readonly protocol: SlowPoetry;
  readonly paper: Paper;
}

/** A slow server of ten bytes, four every 100 ms, and its clients. */
class Stage {
  readonly clock = new ManualClock();
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

  enter(port: number): Client {
    const protocol = new this.#factory.protocol();
    const paper = new Paper(this.clock, port);
    protocol.factory = this.#factory;
    protocol.makeConnection(paper);
    return { protocol, paper };
  }
}

describe('SlowPoetry', () => {
  it('sends a piece at once, the next after each delay, and closes with the last', () => {
    const stage = new Stage();
    const { paper } = stage.enter(1);
    assert.deepEqual(paper.pieces, ['0123']);
    stage.clock.advance(99);
    assert.deepEqual(paper.pieces, ['0123']);
    stage.clock.advance(1);
    assert.deepEqual(paper.pieces, ['0123', '4567']);
    assert.equal(paper.disconnecting, false);
    stage.clock.advance(100);
    assert.deepEqual(paper.pieces, ['0123', '4567', '89']);
    assert.equal(paper.disconnecting, true);
    assert.deepEqual(stage.told, ['127.0.0.1:1', '4', '4', '2']);
    assert.equal(stage.clock.pending, 0);
  });

  it('serves the next when the last byte is handed over, before the peer has closed', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    stage.clock.advance(100);
    assert.deepEqual(second.paper.pieces, []);
    stage.clock.advance(100);
    assert.deepEqual(second.paper.pieces, ['0123']);
    first.protocol.connectionLost();
    stage.clock.advance(200);
    assert.deepEqual(second.paper.pieces, ['0123', '4567', '89']);
  });

  it('frees the turn of a client that is lost in mid-poem', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    first.protocol.connectionLost();
    assert.deepEqual(second.paper.pieces, ['0123']);
    stage.clock.advance(1000);
    assert.deepEqual(first.paper.pieces, ['0123']);
    assert.equal(stage.clock.pending, 0);
  });

  it('passes over a client that left while it waited', () => {
    const stage = new Stage();
    const first = stage.enter(1);
    const second = stage.enter(2);
    const third = stage.enter(3);
    second.protocol.connectionLost();
    first.protocol.connectionLost();
    assert.deepEqual([second.paper.pieces, third.paper.pieces], [[], ['0123']]);
  });

  it('goes on for a client that ended its side', () => {
    const stage = new Stage();
    const { protocol, paper } = stage.enter(1);
    protocol.readConnectionLost();
    stage.clock.advance(200);
    assert.equal(paper.pieces.join(''), '0123456789');
  });

  it('serves as many at a time as it was told', () => {
    for (const [concurrency, served] of [
      [1, 1],
      [2, 2],
      [0, 3],
    ] as const) {
      const stage = new Stage(concurrency);
      const clients = [1, 2, 3].map((port) => stage.enter(port));
      assert.equal(clients.filter(({ paper }) => paper.pieces.length > 0).length, served);
    }
  });
});
