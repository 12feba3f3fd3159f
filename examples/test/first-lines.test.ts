import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { firstLines } from '../first-lines.ts';
import { visited } from './serving.ts';

test('first-lines takes what it was asked for, however it is cut, and leaves', async (t) => {
  const { port } = await visited(t, async (visitor) => {
    visitor.socket.setNoDelay(true);
    for (const piece of ['on', 'e\ntw', 'o\nthr', 'ee\nfour\n']) {
      await new Promise((sent) => visitor.socket.write(piece, sent));
    }
    await visitor.rest(); // until the client has left
    visitor.socket.end();
  });
  assert.deepEqual(await firstLines(`tcp:127.0.0.1:${port}`, 3), ['one', 'two', 'three']);
});

test('first-lines takes all when there are fewer', async (t) => {
  const { port } = await visited(t, (visitor) => void visitor.socket.end('one\n'));
  assert.deepEqual(await firstLines(`tcp:127.0.0.1:${port}`, 10), ['one']);
});

test('first-lines does not take half a line for a line', async (t) => {
  const { port } = await visited(t, (visitor) => void visitor.socket.end('one\ntw'));
  await assert.rejects(firstLines(`tcp:127.0.0.1:${port}`, 10), { name: 'FramingError' });
});

test('first-lines says why there is no connection', async () => {
  await assert.rejects(firstLines(`tcp:127.0.0.1:${CLOSED_PORT}`, 10), { name: 'ConnectionRefusedError' });
});
