import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WelcomeEchoFactory } from '../welcome-echo.ts';
import { Serving } from './serving.ts';

const welcome = (count: number) => `welcome! there are currently ${count} open connections.\n`;

test('welcome-echo counts the open connections', async (t) => {
  const factory = new WelcomeEchoFactory();
  const serving = await Serving.open(t, factory);
  const one = await serving.connect();
  assert.equal(await one.until('\n'), welcome(1));
  const two = await serving.connect();
  assert.equal(await two.until('\n'), welcome(2));

  assert.equal(await one.ask('hello'), 'hello\n');
  assert.equal(await one.leave(), '');
  await serving.lost(1);
  const three = await serving.connect();
  assert.equal(await three.until('\n'), welcome(2));
  assert.equal(await three.ask('hi'), 'hi\n');

  two.socket.resetAndDestroy();
  await three.leave();
  await serving.lost(3);
  assert.equal(factory.connections, 0);
});

test('welcome-echo welcomes before it echoes', async (t) => {
  const serving = await Serving.open(t, new WelcomeEchoFactory());
  const peer = await serving.connect();
  peer.socket.write('first!\n');
  assert.equal(await peer.leave(), `${welcome(1)}first!\n`);
});
