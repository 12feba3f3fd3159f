import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Child } from './child.ts';
import { Peer } from './peer.ts';
import { visited } from './serving.ts';

test('port-forward keeps its clients apart, carries their end across, and ends in order with a client still there', async (t) => {
  const { port } = await visited(t, ({ socket }) => socket.pipe(socket));
  const child = new Child(t, 'port-forward', 0, `tcp:127.0.0.1:${port}`);
  const line = await child.line();
  assert.ok(line.endsWith(` forwards to tcp:127.0.0.1:${port}`));
  const number = Number(/:(\d+) /.exec(line)?.[1]);
  const staying = await Peer.connect(number);
  staying.socket.on('error', () => {});
  t.after(() => staying.socket.destroy());
  const peer = await Peer.connect(number);
  assert.deepEqual(await Promise.all([peer.ask('one'), staying.ask('two')]), ['one\n', 'two\n']);
  assert.equal(await peer.leave(), '');
  child.terminate();
  assert.equal(await child.ended(), 0);
});
