import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientTLS, type ErrorReport, Factory, type Protocol, type Result } from 'couplet';
import { Decoder, decoder, FramingError } from 'couplet/framing';
import { FrameReceiver, LineReceiver, TextLineReceiver } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { StringTransport, verifyFraming } from 'couplet/testing';
import { FULL } from 'couplet-test/full';

/** A receiver that keeps what it gets, and then does what it is told. */
interface Subject {
  readonly log: string[];
  act: (unit: string) => Result;
}

/** A length in a byte, and so many bytes. */
class Prefixed extends Decoder<Buffer> {
  #length: number | undefined;
  override next(): Buffer | undefined {
    if (this.#length === undefined) {
      if (!this.ready()) return undefined;
      this.#length = this.chunk[this.at] ?? 0;
      this.at += 1;
    }
    const bytes = this.whole(this.#length);
    if (bytes !== undefined) this.#length = undefined;
    return bytes;
  }
  override rest(): Buffer {
    const length = this.#length;
    this.#length = undefined;
    return Buffer.concat(
      [length === undefined ? [] : Buffer.of(length), super.rest()].map((part) => Buffer.from(part)),
    );
  }
}

abstract class Framed extends FrameReceiver<Buffer> implements Subject {
  readonly log: string[] = [];
  act: (unit: string) => Result = () => {};
  override frameReceived(frame: Buffer): Result {
    this.log.push(`${frame}`);
    return this.act(`${frame}`);
  }
}

class ByClass extends Framed {
  override readonly decoder = new Prefixed();
}

class ByGenerator extends Framed {
  override readonly decoder = decoder(function* (input) {
    return yield* input.bytes(yield* input.decimal());
  });
}

class Bodies extends LineReceiver implements Subject {
  readonly log: string[] = [];
  act: (unit: string) => Result = () => {};
  override lineReceived(line: Buffer): void {
    this.expectBytes(Number(line));
  }
  override bytesReceived(bytes: Buffer): Result {
    this.log.push(`${bytes}`);
    return this.act(`${bytes}`);
  }
}

class TextBodies extends TextLineReceiver implements Subject {
  readonly log: string[] = [];
  act: (unit: string) => Result = () => {};
  override lineReceived(line: string): void {
    this.expectBytes(Number(line));
  }
  override bytesReceived(bytes: Buffer): Result {
    this.log.push(`${bytes}`);
    return this.act(`${bytes}`);
  }
}

/** What is raw comes in pieces; a unit is whole when it has ended. */
class Counted extends LineReceiver implements Subject {
  readonly log: string[] = [];
  act: (unit: string) => Result = () => {};
  #unit = '';
  override lineReceived(line: Buffer): void {
    this.setRawMode(Number(line));
  }
  override rawDataReceived(data: Buffer): void {
    this.#unit += data;
  }
  override rawDataEnded(): Result {
    const unit = this.#unit;
    this.#unit = '';
    this.log.push(unit);
    return this.act(unit);
  }
}

const behindLines = (units: readonly string[]): string => units.map((unit) => `${unit.length}\r\n${unit}`).join('');
const behindBytes = (units: readonly string[]): string =>
  units.map((unit) => `${String.fromCharCode(unit.length)}${unit}`).join('');

const SUBJECTS = {
  'R51 a class': { make: () => new ByClass(), stream: behindBytes, callback: 'frameReceived' },
  'R51 a generator': { make: () => new ByGenerator(), stream: behindLines, callback: 'frameReceived' },
  'R52 bodies': { make: () => new Bodies(), stream: behindLines, callback: 'bytesReceived' },
  'R52 bodies behind text': { make: () => new TextBodies(), stream: behindLines, callback: 'bytesReceived' },
  'R52 raw bytes that are counted': { make: () => new Counted(), stream: behindLines, callback: 'rawDataEnded' },
} as const;

const UNITS = ['one', 'two\r\n', '', 'four 4'];

/** What a unit does while it is delivered, to whom, and what is delivered in the end. */
const ACTS: readonly (readonly [
  what: string,
  act: (transport: StringTransport) => Result,
  units: readonly string[],
])[] = [
  ['writes', (transport) => void transport.write('!'), UNITS],
  ['pauses', (transport) => transport.pauseProducing(), UNITS.slice(0, 2)],
  [
    'pauses and resumes',
    (transport) => {
      transport.pauseProducing();
      transport.resumeProducing();
    },
    UNITS,
  ],
  ['closes', (transport) => transport.loseConnection(), UNITS.slice(0, 2)],
  ['aborts', (transport) => transport.abortConnection(), UNITS.slice(0, 2)],
];

for (const [name, { make, stream, callback }] of Object.entries(SUBJECTS)) {
  const bytes = Buffer.from(stream(UNITS));

  /** Gives the stream in two pieces to a subject whose second unit does that. */
  const play = (
    at: number,
    act: (transport: StringTransport) => Result,
  ): { subject: Subject; transport: StringTransport } => {
    const subject = make();
    const transport = new StringTransport();
    subject.makeConnection(transport);
    subject.act = (unit) => (unit === UNITS[1] ? act(transport) : undefined);
    for (const piece of [bytes.subarray(0, at), bytes.subarray(at)])
      if (piece.length > 0 && !transport.disconnecting) void subject.dataReceived(piece);
    return { subject, transport };
  };

  describe(`${name}:`, () => {
    test(`${name.slice(0, 3)} R27 all cuts in two, and ${FULL ? '100,000' : 500} random ones, change nothing`, () => {
      const cuts = FULL ? 100_000 : 500;
      const { sequence } = verifyFraming(make as () => Protocol, bytes, { callbacks: [callback as never], cuts });
      assert.equal(sequence.length, UNITS.length);
    });

    for (const [what, act, units] of ACTS)
      test(`${name.slice(0, 3)} R29 a unit that ${what} counts for the very next one, wherever it is cut`, () => {
        for (let at = 0; at <= bytes.length; at += 1) {
          const { subject, transport } = play(at, act);
          assert.deepEqual(subject.log, units, `cut at ${at}`);
          if (what === 'writes') assert.equal(String(transport.value()), '!');
          if (!transport.paused) continue;
          transport.resumeProducing();
          assert.deepEqual(subject.log, UNITS, `cut at ${at}, resumed`);
        }
      });

    test(`${name.slice(0, 3)} R8a a unit waits for the promise of the one before, wherever it is cut`, async () => {
      for (let at = 0; at <= bytes.length; at += 1) {
        let go = (): void => {};
        const wait = (): Promise<void> =>
          new Promise((resolve) => {
            go = resolve;
          });
        const { subject } = play(at, wait);
        assert.deepEqual(subject.log, UNITS.slice(0, 2));
        go();
        await new Promise(setImmediate);
        assert.deepEqual(subject.log, UNITS, `cut at ${at}`);
      }
    });

    test(`${name.slice(0, 3)} R29 startTLS in a callback gets what follows, wherever it is cut`, () => {
      const used = stream(UNITS.slice(0, 2)).length;
      const tls = new ClientTLS({ serverName: 'localhost' });
      for (let at = 0; at <= bytes.length; at += 1) {
        const { transport } = play(at, (one) => one.startTLS(tls));
        const unread = transport.turned?.unread ?? Buffer.alloc(0);
        assert.deepEqual(unread, at < used ? bytes.subarray(used) : bytes.subarray(used, at), `cut at ${at}`);
      }
    });
  });
}

describe('R51 who is to blame', () => {
  class Fussy extends FrameReceiver<number> {
    override readonly decoder = decoder(function* (input) {
      const byte = yield* input.uint8();
      if (byte === 1) throw new FramingError('1 is not a frame');
      if (byte === 2) throw new Error('a mistake');
      return byte;
    });
    override frameReceived(): void {}
    override connectionLost(reason: Error): void {
      reasons.push(reason);
    }
  }
  const reasons: Error[] = [];

  for (const [byte, name, reported] of [
    [1, 'FramingError', 0],
    [2, 'Error', 1],
  ] as const)
    test(`R51 what throws a ${name} ends the connection with it, and is reported ${reported} times`, async () => {
      const reports: ErrorReport[] = [];
      reasons.length = 0;
      await simulate({ seeds: 1, profile: 'calm', allowErrors: true, twice: 0 }, async (world) => {
        const { reactor } = world.host('server');
        reactor.observe({ error: (report) => reports.push(report) });
        await reactor.listenTCP(8007, Factory.forProtocol(Fussy));
        const [near, far] = world.pair();
        await reactor.adoptStream(near, Factory.forProtocol(Fussy));
        far.on('error', () => {});
        far.write(Buffer.of(0, byte));
        await world.until(() => reasons.length > 0);
      });
      assert.deepEqual([reasons.map((reason) => reason.name), reports.length], [[name], reported]);
      assert.doesNotMatch(reasons[0]?.message ?? '', /\n/);
    });
});

test('R52 a body has at most 1 MiB unless maxBodyLength says otherwise', () => {
  class Long extends Bodies {
    exceeded = 0;
    override bodyLengthExceeded(length: number): void {
      this.exceeded = length;
    }
  }
  for (const [length, exceeded] of [
    [1_048_576, 0],
    [1_048_577, 1_048_577],
  ] as const) {
    const long = new Long();
    long.makeConnection(new StringTransport());
    long.dataReceived(Buffer.from(`${length}\r\n`));
    assert.equal(long.exceeded, exceeded);
  }
});
