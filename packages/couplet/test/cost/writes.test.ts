import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Protocol } from 'couplet';
import { LineReceiver, TextLineReceiver } from 'couplet/protocols';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';
import { workOf } from '../work.ts';
import { Questions, RawParcels, ReadParcels, TextParcels } from './fixtures/parcels.ts';
import { THRESHOLDS } from './thresholds.ts';
import { within } from './within.ts';

/** A wire that copies nothing of what it takes. */
class Tap extends FakeWire {
  readonly taken: Uint8Array[] = [];

  constructor() {
    super(false);
  }

  override write(chunk: Uint8Array): boolean {
    this.taken.push(chunk);
    return super.write(chunk);
  }
}

/** A connection of that protocol, and the wire that it writes to. */
function open(protocol: Protocol, engine: Engine = new Engine(new FakeBackend())): { link: StreamTransport; tap: Tap } {
  const tap = new Tap();
  const link = new StreamTransport(
    engine,
    tap,
    protocol,
    boundsOf({}),
    new Connections(engine, originOf(engine)),
  ).start();
  return { link, tap };
}

/** Answers each chunk as a test says. */
class Answering extends Protocol {
  readonly #answer: (protocol: Protocol, data: Buffer) => void;

  constructor(answer: (protocol: Protocol, data: Buffer) => void) {
    super();
    this.#answer = answer;
  }

  override dataReceived(data: Buffer): void {
    this.#answer(this, data);
  }
}

class LineEcho extends LineReceiver {
  override lineReceived(line: Buffer): void {
    this.sendLine(line);
  }
}

class TextLineEcho extends TextLineReceiver {
  override lineReceived(line: string): void {
    this.sendLine(line);
  }
}

const LINES = Buffer.alloc(3200, `${'x'.repeat(30)}\r\n`);
const PARCELS = Buffer.alloc(1150, `$16\r\n${'x'.repeat(16)}\r\n`);

describe('what an event writes, counted at the wire', () => {
  for (const [name, protocol] of Object.entries({ bytes: new LineEcho(), text: new TextLineEcho() })) {
    test(`a chunk of 100 lines of ${name} is answered by one write, which copies each byte twice`, () => {
      const { link, tap } = open(protocol);
      const { bytes } = workOf(() => link.onData(LINES));
      assert.equal(tap.sent, LINES.length);
      assert.equal(tap.writes, 1);
      within(`copies of each byte of lines of ${name}`, bytes / LINES.length, THRESHOLDS.copiesOfALine);
    });
  }

  for (const [name, protocol, copies] of [
    ['R52 whole bodies', new TextParcels(), THRESHOLDS.copiesOfABody.whole],
    ['R52 counted raw bytes', new RawParcels(), THRESHOLDS.copiesOfABody.raw],
    ['R51 frames by a generator', new ReadParcels(), THRESHOLDS.copiesOfABody.generator],
  ] as const) {
    test(`${name}: a chunk of 50 is answered by one write, which copies each byte less than twice`, () => {
      const { link, tap } = open(protocol);
      const { bytes } = workOf(() => link.onData(PARCELS));
      assert.deepEqual([tap.writes, tap.sent], [1, PARCELS.length]);
      within(`copies of each byte of ${name}`, bytes / PARCELS.length, copies);
    });
  }

  test('R54 a chunk with 100 responses, each followed by a request, is one write', () => {
    const { link, tap } = open(new Questions());
    for (let time = 1; time <= 2; time += 1) {
      link.onData(LINES);
      assert.deepEqual([tap.writes, tap.sent], [time, time * LINES.length]);
    }
  });

  test('a header and a body that are written apart leave as one write', () => {
    const header = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';
    const body = Buffer.alloc(1000, 'x');
    const whole = header.length + body.length;
    const ways: Record<string, (protocol: Protocol) => void> = {
      'two writes': ({ transport }) => {
        transport.write(header);
        transport.write(body);
      },
      'a sequence': ({ transport }) => transport.writeSequence([Buffer.from(header), body]),
    };
    for (const [way, write] of Object.entries(ways)) {
      const { link, tap } = open(new Answering(write));
      link.onData(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
      assert.deepEqual([way, tap.writes, tap.sent], [way, 1, whole]);
    }
  });

  test('a chunk for 1,000 receivers is one write to each, and no copy', () => {
    const engine = new Engine(new FakeBackend());
    const receivers = Array.from({ length: 1000 }, () => {
      const protocol = new Protocol();
      return { protocol, ...open(protocol, engine) };
    });
    const sender = new Answering((_, data) => {
      for (const { protocol } of receivers) protocol.transport.write(data);
    });
    const { link } = open(sender, engine);
    const chunk = Buffer.alloc(64, 'x');
    const work = workOf(() => link.onData(chunk));
    for (const { tap } of receivers) assert.deepEqual(tap.taken, [chunk]);
    assert.ok(receivers.every(({ tap }) => tap.taken[0] === chunk));
    assert.deepEqual(work, { bytes: 0, slices: 0 });
  });

  for (const size of [64, 16_384, 262_144]) {
    test(`a chunk of ${size} bytes that is alone is handed on as it is`, () => {
      const { link, tap } = open(new Answering(({ transport }, data) => transport.write(data)));
      const chunk = Buffer.alloc(size, 'x');
      const work = workOf(() => link.onData(chunk));
      assert.equal(tap.taken.length, 1);
      assert.equal(tap.taken[0], chunk);
      assert.deepEqual(work, { bytes: 0, slices: 0 });
    });
  }

  test('a large chunk behind a small one is not copied either', () => {
    const large = Buffer.alloc(100_000, 'x');
    const { link, tap } = open(
      new Answering(({ transport }) => {
        transport.write('100000\r\n');
        transport.write(large);
      }),
    );
    const work = workOf(() => link.onData(Buffer.from('?')));
    assert.equal(tap.writes, 2);
    assert.equal(tap.taken[1], large);
    assert.ok(work.bytes < 100, `${work.bytes} bytes were copied`);
  });
});
