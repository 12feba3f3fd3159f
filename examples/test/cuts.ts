import assert from 'node:assert/strict';
import { type Callbacks, type Factory, IPv4Address } from 'couplet';
import { Dice, StringTransport } from 'couplet/testing';
import { FULL } from 'couplet-test/full';

/** How many ways to cut at random are tried. */
const RANDOM = FULL ? 1000 : 25;

/**
 * What a server answers to a session, one character for a byte: the same for every way in which that may be cut. Behind it is `(end)` if the
 * server closes, `(abort)` if it aborts. Promises of callbacks are awaited, as the engine does.
 */
export async function answersTo(newFactory: () => Factory, session: string | Buffer): Promise<string> {
  const bytes = typeof session === 'string' ? Buffer.from(session, 'latin1') : session;
  const whole = await answer(newFactory(), [bytes]);
  for (const cut of cutsOf(bytes)) {
    const sizes = cut.map(({ length }) => length).join(' + ');
    assert.equal(await answer(newFactory(), cut), whole, `in pieces of ${sizes} bytes`);
  }
  return whole;
}

/** In two pieces, cut at every place; byte by byte; and at random. */
function* cutsOf(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 1; at < bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (byte) => Buffer.of(byte));
  const dice = new Dice('cuts');
  for (let times = 0; times < RANDOM; times += 1) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = dice.whole(1, 1 + Math.floor(bytes.length / 5));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    yield pieces;
  }
}

async function answer(factory: Factory, pieces: readonly Buffer[]): Promise<string> {
  const protocol: Callbacks | null = factory.buildProtocol(new IPv4Address('192.0.2.1', 54_321));
  assert.ok(protocol !== null);
  protocol.factory = factory;
  const transport = new StringTransport();
  await protocol.makeConnection(transport);
  for (const piece of pieces) if (!transport.disconnecting) await protocol.dataReceived(Buffer.from(piece));
  protocol.connectionLost(new Error('the session is over'));
  const end = transport.disconnected ? '(abort)' : transport.disconnecting ? '(end)' : '';
  return transport.value().toString('latin1') + end;
}
