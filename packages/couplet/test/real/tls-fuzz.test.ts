import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ServerTLS, TimeoutError } from 'couplet';
import { Authority } from './certificates.ts';
import { FuzzedPort } from './tls-fuzz.ts';
import { numberOf, TLSStage } from './tls-stage.ts';

const TIMEOUT = { timeout: 30_000 };

test(
  'R37 row 18: of 300 clients with mutated hellos none is served or kept, and the honest ones are served',
  TIMEOUT,
  async () => {
    const port = new FuzzedPort(16);
    await port.open();
    let next = 1;
    let served = 0;
    const play = async (): Promise<void> => {
      while (next <= 300) {
        next += 1;
        if ((await port.play(next - 1)) === 'served') served += 1;
      }
    };
    await Promise.all(Array.from({ length: port.atOnce }, play));
    await port.close();
    assert.equal(served, 15);
  },
);

test('R37 row 18: clients that fall silent are closed at the handshake timeout', TIMEOUT, async () => {
  const stage = new TLSStage();
  const local = await (await Authority.create()).certify(['localhost']);
  const port = await stage.listen(new ServerTLS({ ...local, handshakeTimeoutMs: 50 }));
  // Nothing, the head of a record, and the beginning of a hello.
  const closed = ['', '1603010200', '160301020001000001fc0303'].map(async (bytes) => {
    const socket = connect({ port: numberOf(port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {}).resume();
    socket.write(Buffer.from(bytes, 'hex'));
    await new Promise((resolve) => socket.once('close', resolve));
  });
  await Promise.all(closed);
  await stage.refusal(2);
  await port.stopListening();
  assert.ok(stage.refused.every((reason) => reason instanceof TimeoutError));
  assert.deepEqual([stage.refused.length, stage.served], [3, []]);
});
