import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GreeterFactory } from '../greeter.ts';
import { Serving } from './serving.ts';

test('greeter says its line and hangs up, on everyone', async (t) => {
  const serving = await Serving.open(t, new GreeterFactory('good day'));
  for (let visit = 0; visit < 3; visit += 1) {
    const peer = await serving.connect();
    assert.equal(await peer.rest(), 'good day\n');
    await peer.leave();
  }
  await serving.lost(3);
});

test('greeter hears nobody out: a client that talks gets the line all the same', async (t) => {
  const serving = await Serving.open(t, new GreeterFactory());
  const peer = await serving.connect();
  peer.socket.write('tell me more\n'.repeat(1000));
  assert.match(await peer.rest(), /^An apple a day .*\n$/);
  await peer.leave();
});
