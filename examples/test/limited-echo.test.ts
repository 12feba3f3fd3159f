import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitedEchoFactory } from '../limited-echo.ts';
import { Serving } from './serving.ts';

const REFUSAL = 'Too many connections, try later\n';

test('limited-echo refuses the 101st client, and is back at 0 after all have left', async (t) => {
  const factory = new LimitedEchoFactory();
  const serving = await Serving.open(t, factory);
  const admitted = await Promise.all(Array.from({ length: 100 }, () => serving.connect()));
  for (const [index, peer] of admitted.entries()) assert.equal(await peer.ask(`I am ${index}`), `I am ${index}\n`);
  assert.equal(factory.connections, 100);

  const refused = await serving.connect();
  refused.socket.write('please\n');
  assert.equal(await refused.rest(), REFUSAL);
  assert.equal(factory.connections, 100);
  assert.equal(await admitted[50]?.ask('still here'), 'still here\n');

  await refused.leave();
  await Promise.all(admitted.map((peer) => peer.leave()));
  await serving.lost(101);
  assert.equal(factory.connections, 0);
});

test('limited-echo gives a freed place away, though one whom it refused has not hung up yet', async (t) => {
  const factory = new LimitedEchoFactory(1);
  const serving = await Serving.open(t, factory);
  const first = await serving.connect();
  await first.ask('me');
  const refused = await serving.connect();
  assert.equal(await refused.rest(), REFUSAL);

  await first.leave();
  await serving.lost(1);
  assert.equal(factory.connections, 0);
  const second = await serving.connect();
  assert.equal(await second.ask('me'), 'me\n');
  const third = await serving.connect();
  assert.equal(await third.rest(), REFUSAL);

  await Promise.all([refused, second, third].map((peer) => peer.leave()));
  await serving.lost(4);
  assert.equal(factory.connections, 0);
});
