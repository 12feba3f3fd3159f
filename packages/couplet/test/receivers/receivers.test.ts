import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ErrorReport, Protocol, Result } from 'couplet';
import { Int16StringReceiver, LineReceiver, NetstringReceiver, TextLineReceiver } from 'couplet/protocols';
import { StringTransport } from 'couplet/testing';
import fc from 'fast-check';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';
import { DEEDS, FAILURES, KINDS, type Kind, LAST, Part, type Play, plan, slip } from './troupe.ts';

/** The stream in pieces of those lengths, around and around. */
function* cut(stream: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield Buffer.from(stream.subarray(at, at + length));
    at += length;
  }
}

/** What came of a play. */
interface Outcome {
  readonly log: readonly string[];
  readonly output: string;
  readonly errors: readonly unknown[];
}

/** Plays on a StringTransport: who pauses is resumed, and what comes after the end is not given. */
async function rehearse(kind: Kind, part: Part, pieces: Iterable<Buffer>): Promise<Outcome> {
  const errors: unknown[] = [];
  const transport = new StringTransport({ onFailure: (error) => errors.push(error) });
  const protocol = kind.cast(part);
  protocol.makeConnection(transport);
  for (const piece of pieces) {
    try {
      await protocol.dataReceived(piece);
      while (transport.paused && !transport.disconnecting) {
        transport.resumeProducing();
        await setImmediate();
      }
    } catch (error) {
      // As the engine does.
      errors.push(error);
      transport.abortConnection();
    }
    if (transport.disconnecting) break;
  }
  return { log: part.log, output: transport.value().toString(), errors };
}

/** A wire that is paused when it is told to. */
class Gate extends FakeWire {
  open = true;
  override pause(): void {
    this.open = false;
  }
  override resume(): void {
    this.open = true;
  }
}

/** Plays on a connection of the engine: whatever arrives is given, also after the end, and who pauses is resumed. */
async function perform(kind: Kind, part: Part, pieces: Iterable<Buffer>): Promise<Outcome> {
  const backend = new FakeBackend();
  const engine = new Engine(backend);
  const reports: ErrorReport[] = [];
  engine.observe({ error: (report) => reports.push(report) });
  const wire = new Gate();
  const protocol = kind.cast(part);
  const reasons: Error[] = [];
  protocol.connectionLost = (reason) => {
    part.log.push('lost');
    reasons.push(reason);
  };
  const connection = new StreamTransport(
    engine,
    wire,
    protocol,
    boundsOf({}),
    new Connections(engine, originOf(engine)),
  ).start();
  const settle = async (): Promise<void> => {
    do {
      if (connection.paused) connection.resumeProducing();
      backend.runDeferred();
      await setImmediate();
      backend.runDeferred();
    } while (!wire.open && !connection.disconnecting);
  };
  for (const piece of pieces) {
    await settle();
    if (wire.open) connection.onData(piece);
  }
  await settle();
  connection.onClosed({ kind: 'done', code: '', detail: '' });
  assert.equal(part.log.pop(), 'lost');
  assert.equal(reasons.length, 1);
  const errors = reports.map(({ error }) => error);
  if (errors.length > 0) assert.equal(reasons[0], errors[0]);
  return { log: part.log, output: wire.output.toString(), errors };
}

/** Expects what was planned. What is written right before an abort need not arrive. */
function expectPlay({ log, output, errors }: Outcome, play: Play, aborts: boolean): void {
  assert.deepEqual(log, play.log);
  if (aborts) assert.ok(play.output.startsWith(output));
  else assert.equal(output, play.output);
  assert.deepEqual(errors, play.last !== undefined && FAILURES.includes(play.last) ? [slip] : []);
}

const frame = fc
  .string({ unit: fc.constantFrom('a', 'b', '\r', '\n'), maxLength: 7 })
  .filter((text) => !text.includes('\r\n'));
const deeds = fc.array(fc.constantFrom(...DEEDS), { maxLength: 12 });
const mild = fc.array(fc.constantFrom(...DEEDS.filter((deed) => !LAST.includes(deed))), { maxLength: 20 });
const frames = fc.array(frame, { minLength: 1, maxLength: 12 });
const lengths = fc.oneof(
  fc.constant([1]),
  fc.constant([1000]),
  fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
);

describe('whatever the callbacks do', () => {
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const [where, run] of Object.entries({ 'a StringTransport': rehearse, 'the engine': perform })) {
      test(`R29 ${name} on ${where} delivers each frame once, in order, and none after the end`, async () => {
        await fc.assert(
          fc.asyncProperty(frames, fc.oneof(deeds, mild), lengths, async (frames, deeds, lengths) => {
            const play = plan(kind, frames, deeds);
            const outcome = await run(kind, new Part(deeds), cut(play.stream, lengths));
            const aborts = run === perform && play.last !== undefined && play.last !== 'close';
            expectPlay(outcome, play, aborts);
          }),
          { numRuns: 300 },
        );
      });
    }

    for (const deed of DEEDS) {
      test(`R29 ${name}: ${deed} in its first callback, with more behind it in the same chunk`, async () => {
        const play = plan(kind, ['one', 'two', '', 'three'], [deed]);
        for (const run of [rehearse, perform]) {
          expectPlay(await run(kind, new Part([deed]), cut(play.stream, [1000])), play, false);
        }
      });
    }
  }
});

describe('a receiver whose method is missing', () => {
  class Misspelt extends LineReceiver {
    linesReceived(): void {}
  }
  class Rawless extends LineReceiver {
    override lineReceived(): void {
      this.setRawMode();
    }
  }
  class Netstrings extends NetstringReceiver {}
  class Strings extends Int16StringReceiver {}
  class Text extends TextLineReceiver {}
  const MISSING: readonly (readonly [receiver: new () => Protocol, stream: string, why: string])[] = [
    [Misspelt, 'one\r\ntwo\r\n', 'Misspelt does not override lineReceived'],
    [Rawless, 'one\r\ntwo\r\n', 'Rawless does not override rawDataReceived'],
    [Text, 'one\r\ntwo\r\n', 'Text does not override lineReceived'],
    [Netstrings, '3:one,3:two,', 'Netstrings does not override stringReceived'],
    [Strings, '\0\x03one\0\x03two', 'Strings does not override stringReceived'],
  ];
  for (const [Receiver, stream, why] of MISSING) {
    test(`R8 is told so at the first frame: ${why}`, () => {
      const engine = new Engine(new FakeBackend());
      const reports: ErrorReport[] = [];
      engine.observe({ error: (report) => reports.push(report) });
      const connection = new StreamTransport(
        engine,
        new Gate(),
        new Receiver(),
        boundsOf({}),
        new Connections(engine, originOf(engine)),
      ).start();
      connection.onData(Buffer.from(stream));
      assert.deepEqual(
        reports.map(({ where, error }) => `${where}: ${error}`),
        [`dataReceived: TypeError: ${why}`],
      );
      assert.equal(connection.disconnecting, true);
    });
  }

  test('an override may call the inherited method', () => {
    class Calling extends LineReceiver {
      heard = '';
      override lineReceived(line: Buffer): Result {
        this.heard += line;
        return super.lineReceived(line);
      }
    }
    const protocol = new Calling();
    protocol.makeConnection(new StringTransport());
    protocol.dataReceived(Buffer.from('one\r\ntwo\r\n'));
    assert.equal(protocol.heard, 'onetwo');
  });
});

describe('bytes that come from elsewhere', () => {
  /** A receiver on the engine, and what it got. */
  function connected(): { backend: FakeBackend; protocol: LineReceiver; connection: StreamTransport; log: string[] } {
    const backend = new FakeBackend();
    const log: string[] = [];
    const protocol = new LineReceiver();
    protocol.lineReceived = (line) => void log.push(`${line}`);
    protocol.rawDataReceived = (data) => void log.push(`raw ${data}`);
    const engine = new Engine(backend);
    const connection = new StreamTransport(
      engine,
      new Gate(),
      protocol,
      boundsOf({}),
      new Connections(engine, originOf(engine)),
    ).start();
    return { backend, protocol, connection, log };
  }

  test('R14 R30 setLineMode in a delayed call is followed by the lines, in an upcall of their own', () => {
    const { backend, protocol, connection, log } = connected();
    protocol.setRawMode();
    backend.runDeferred();
    connection.onData(Buffer.from('x'));
    protocol.transport.clock.callLater(10, () => {
      protocol.setLineMode(Buffer.from('one\r\ntw'));
      log.push('set');
    });
    backend.advance(10);
    assert.deepEqual(log, ['raw x', 'set', 'one']);
    connection.onData(Buffer.from('o\r\n'));
    assert.deepEqual(log, ['raw x', 'set', 'one', 'two']);
  });

  test('R30 a switch of modes in a callback never touches the wire', () => {
    const { backend, protocol, connection, log } = connected();
    const wire: string[] = [];
    protocol.transport.pauseProducing = () => void wire.push('pause');
    protocol.lineReceived = () => protocol.setRawMode();
    protocol.rawDataReceived = (data) => {
      log.push(`raw ${data}`);
      protocol.setLineMode();
    };
    connection.onData(Buffer.from('one\r\ntwo\r\n'));
    connection.onData(Buffer.from('three\r\n'));
    backend.runDeferred();
    assert.deepEqual([log, wire], [['raw two\r\n'], []]);
  });

  test('R14 R30 setLineMode behind the end of the input is followed by the lines, one by one', () => {
    const { backend, protocol, connection, log } = connected();
    protocol.setRawMode();
    protocol.readConnectionLost = () => protocol.setLineMode(Buffer.from('one\r\ntwo\r\n'));
    protocol.lineReceived = (line) => {
      log.push(`${line}`);
      protocol.transport.pauseProducing();
    };
    backend.runDeferred();
    connection.onEof();
    assert.deepEqual(log, ['one']);
    connection.resumeProducing();
    backend.runDeferred();
    assert.deepEqual(log, ['one', 'two']);
  });

  test('R14 R29 lines that wait while the transport is paused come when it is resumed, or never', () => {
    for (const end of [false, true]) {
      const { backend, protocol, connection, log } = connected();
      protocol.lineReceived = (line) => {
        log.push(`${line}`);
        if (log.length === 1) protocol.transport.pauseProducing();
      };
      connection.onData(Buffer.from('one\r\ntwo\r\n'));
      assert.deepEqual(log, ['one']);
      protocol.transport.resumeProducing();
      if (end) protocol.transport.loseConnection();
      assert.deepEqual(log, ['one']);
      backend.runDeferred();
      assert.deepEqual(log, end ? ['one'] : ['one', 'two']);
    }
  });
});
