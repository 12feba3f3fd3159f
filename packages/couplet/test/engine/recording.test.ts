import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionView, MovedChunk, ObserveOptions, Observer } from 'couplet';
import { Protocol } from 'couplet';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** A connection of that protocol, and its wire. */
function open(protocol: Protocol = new Echo()) {
  const backend = new FakeBackend(1000);
  const engine = new Engine(backend);
  const wire = new FakeWire();
  const home = new Connections(engine, originOf(engine));
  const link = new StreamTransport(engine, wire, protocol, boundsOf({}), home).start();
  const view = (): ConnectionView => link.view();
  return { backend, engine, wire, link, view };
}

/** Notes the chunks that it is told, with their bytes as text where it gets them. */
class Notes implements Observer {
  readonly chunks: MovedChunk[] = [];
  readonly texts: (string | undefined)[] = [];

  chunk(chunk: MovedChunk, data?: Buffer): void {
    this.chunks.push(chunk);
    this.texts.push(data?.toString());
  }

  /** The chunks, each on a line. */
  get lines(): string[] {
    return this.chunks.map(({ direction, bytes, at }) => `${direction} ${bytes} at ${at}`);
  }

  sum(direction: MovedChunk['direction']): [bytes: number, chunks: number] {
    const moved = this.chunks.filter((one) => one.direction === direction);
    return [moved.reduce((sum, { bytes }) => sum + bytes, 0), moved.length];
  }
}

describe('R46 a chunk', () => {
  test('is told when it arrives and when the system has taken it, with the time and the connection', () => {
    const { backend, engine, link, wire, view } = open();
    const record = new Notes();
    engine.observe(record);
    link.onData(Buffer.from('four'));
    backend.time += 5;
    wire.answers.push(false);
    link.onData(Buffer.from('sixsix'));
    assert.deepEqual(record.lines, ['in 4 at 1000', 'out 4 at 1000', 'in 6 at 1005']);
    backend.time += 50;
    wire.passOn();
    link.onWritable();
    assert.deepEqual(record.lines.slice(3), ['out 6 at 1055']);
    assert.deepEqual(new Set(record.chunks.map(({ connection }) => connection)), new Set([link.id]));
    const { bytesIn, reads, bytesOut, writes } = view();
    assert.deepEqual(
      [record.sum('in'), record.sum('out')],
      [
        [bytesIn, reads],
        [bytesOut, writes],
      ],
    );
  });

  test('is told after its callback, also if that throws, with the time when it came', () => {
    const heard: string[] = [];
    class Hearing extends Protocol {
      override dataReceived(): void {
        heard.push('dataReceived');
        backend.time += 7;
        throw new Error('no ear');
      }
    }
    const { backend, engine, link } = open(new Hearing());
    engine.observe({ error: () => {}, chunk: ({ at }) => heard.push(`chunk of ${at}`) });
    link.onData(Buffer.from('four'));
    assert.deepEqual(heard, ['dataReceived', 'chunk of 1000']);
  });

  test('comes with the bytes that the protocol got, whatever that made of them', () => {
    class Careless extends Protocol {
      override dataReceived(data: Buffer): void {
        data.fill('x');
      }
    }
    const { engine, link } = open(new Careless());
    const notes = new Notes();
    engine.observe(notes, { bytesOf: new Set([link.id]) });
    link.onData(Buffer.from('four'));
    assert.deepEqual(notes.texts, ['four']);
  });

  test('is not told when it is dropped, or lost with the connection', () => {
    const { engine, link, wire, view } = open();
    const record = new Notes();
    engine.observe(record);
    wire.answers.push(false);
    link.onData(Buffer.from('four'));
    link.loseConnection();
    link.onData(Buffer.from('late'));
    link.abortConnection();
    link.onClosed({ kind: 'done', code: '', detail: '' });
    assert.deepEqual(record.lines, ['in 4 at 1000']);
    assert.deepEqual([view().bytesIn, view().bytesOut], [4, 0]);
  });

  test('comes with a copy of its bytes for who wants those of its connection, and for no one else', () => {
    const { engine, link, wire } = open();
    const bytesOf = new Set<number>();
    const [curious, discreet, elsewhere] = [new Notes(), new Notes(), new Notes()];
    engine.observe(curious, { bytesOf });
    engine.observe(discreet);
    engine.observe(elsewhere, { bytesOf: new Set([link.id + 1]) });
    const before = Buffer.from('before');
    link.onData(before);
    bytesOf.add(link.id);
    wire.answers.push(true, false);
    const [whole, held] = [Buffer.from('whole'), Buffer.from('held')];
    const copies: (Buffer | undefined)[] = [];
    const end = engine.observe({ chunk: (_chunk, data) => copies.push(data) }, { bytesOf });
    link.onData(whole);
    end();
    link.onData(held);
    wire.passOn();
    // The slab, and what the protocol made of its chunk, may change now.
    held.fill('x');
    link.onWritable();
    assert.deepEqual(curious.texts, [undefined, undefined, 'whole', 'whole', 'held', 'held']);
    for (const { texts } of [discreet, elsewhere]) assert.deepEqual(texts, new Array(6).fill(undefined));
    whole.fill('x');
    assert.deepEqual(copies.map(String), ['whole', 'whole']);
    bytesOf.clear();
    link.onData(Buffer.from('after'));
    assert.deepEqual(curious.texts.slice(6), [undefined, undefined]);
  });

  test('that was written before its bytes were asked for comes without them', () => {
    const { engine, link, wire } = open();
    wire.answers.push(false);
    link.onData(Buffer.from('four'));
    const record = new Notes();
    engine.observe(record, { bytesOf: new Set([link.id]) });
    wire.passOn();
    link.onWritable();
    assert.deepEqual([record.lines, record.texts], [['out 4 at 1000'], [undefined]]);
  });

  const harms: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('no ear');
    },
    rejects: () => Promise.reject(new Error('no ear')),
  };
  for (const [what, harm] of Object.entries(harms)) {
    test(`does no harm when its observer ${what}`, async () => {
      const { backend, engine, link, wire, view } = open();
      const record = new Notes();
      engine.observe({ chunk: harm });
      engine.observe(record);
      link.onData(Buffer.from('four'));
      await Promise.resolve();
      assert.equal(wire.output.toString(), 'four');
      assert.deepEqual([record.lines.length, view().state], [2, 'open']);
      assert.ok(
        backend.warnings.some((line) => line.includes('no ear')),
        `it says ${backend.warnings}`,
      );
    });
  }

  test('does no harm when the set of the connections whose bytes are wanted throws', () => {
    class Broken extends Set<number> {
      override has(): boolean {
        throw new Error('no set');
      }
    }
    const { backend, engine, link, wire, view } = open();
    const record = new Notes();
    engine.observe({ chunk: () => {} }, { bytesOf: new Broken() });
    engine.observe(record, { bytesOf: new Set([link.id]) });
    link.onData(Buffer.from('four'));
    link.onData(Buffer.from('five'));
    assert.equal(wire.output.toString(), 'fourfive');
    assert.deepEqual([record.texts, view().state], [['four', 'four', 'five', 'five'], 'open']);
    assert.ok(backend.warnings.some((line) => line.includes('no set')));
  });

  test('of which an observer writes more is sent once, and so is what that wrote', () => {
    const { engine, link, wire } = open();
    let answers = 3;
    engine.observe({
      chunk: ({ direction }) => {
        if (direction === 'in' || answers === 0) return;
        answers -= 1;
        link.write(Buffer.from('a'));
        link.write('bc');
      },
    });
    link.onData(Buffer.from('four'));
    assert.equal(wire.output.toString(), 'fourabcabcabc');
    assert.equal(link.view().queued, 0);
  });

  test('of a large write is told in the parts in which the system takes it', () => {
    const { engine, link, wire, view } = open();
    const record = new Notes();
    engine.observe(record);
    link.write(Buffer.alloc(600_000));
    engine.run(() => {});
    assert.equal(wire.sent, 256 * 1024);
    assert.deepEqual(record.sum('out'), [view().bytesOut, view().writes]);
  });

  test('costs nothing again once no observer asks for it', () => {
    const options: ObserveOptions = { bytesOf: new Set([1, 2, 3]) };
    const { engine, link } = open();
    const record = new Notes();
    const ends = [engine.observe(record, options), engine.observe({ chunk: () => {} })];
    const { recorder } = engine;
    assert.ok(recorder !== undefined);
    ends[0]?.();
    assert.equal(engine.recorder, recorder);
    ends[1]?.();
    link.onData(Buffer.from('four'));
    assert.deepEqual([engine.recorder, record.lines], [undefined, []]);
  });

  test('is told of no pipe of a process', () => {
    const engine = new Engine(new FakeBackend());
    const record = new Notes();
    engine.observe(record);
    const home = { origin: originOf(engine), untold: true, add: () => {}, lost: () => {} };
    const link = new StreamTransport(engine, new FakeWire(), new Echo(), boundsOf({}), home).start();
    link.onData(Buffer.from('four'));
    assert.deepEqual([record.lines, link.view().bytesOut], [[], 4]);
  });
});
