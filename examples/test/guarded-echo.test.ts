import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardedEcho } from '../guarded-echo.ts';
import { Serving } from './serving.ts';

test('guarded-echo answers, and tells one too many so', async (t) => {
  const serving = await Serving.open(t, guardedEcho({ max: 1 }));
  const first = await serving.connect();
  assert.equal(await first.ask('me'), 'me\n');
  const refused = await serving.connect();
  assert.equal(await refused.rest(), 'Too many connections, try later\n');
  await first.leave();
  await serving.lost(1);
  const second = await serving.connect();
  assert.equal(await second.ask('me'), 'me\n');
  await second.leave();
});

test('guarded-echo hangs up on a client that is silent', async (t) => {
  const serving = await Serving.open(t, guardedEcho({ idleTimeoutMs: 20 }));
  const peer = await serving.connect();
  peer.socket.on('error', () => {}); // the reset
  await new Promise((resolve) => peer.socket.once('close', resolve));
});

test('guarded-echo sends back what it gets, as fast as it may', async (t) => {
  const serving = await Serving.open(t, guardedEcho({ bytesPerSecond: 1_000_000 }));
  const peer = await serving.connect();
  const sent = '0123456789abcdef'.repeat(70_000);
  const begin = performance.now();
  peer.socket.write(sent);
  assert(sent === (await peer.leave()));
  assert(performance.now() - begin >= 100, 'a second of it passes at once, the rest takes its time');
});
