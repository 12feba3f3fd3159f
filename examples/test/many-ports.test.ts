import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenAll } from '../many-ports.ts';
import { Peer } from './peer.ts';
import { numberOf } from './serving.ts';

test('many-ports serves another protocol on each port, at the same time', async (t) => {
  const ports = await listenAll(0);
  t.after(() => Promise.all(ports.map((port) => port.stopListening())));
  const peers = await Promise.all(ports.map((port) => Peer.connect(numberOf(port))));
  t.after(() => peers.forEach((peer) => void peer.socket.destroy()));
  for (const peer of peers) peer.socket.write('one two\n');
  assert.deepEqual(await Promise.all(peers.map((peer) => peer.leave())), [
    'one two\n',
    'An apple a day keeps the doctor away\n',
    '2 words\n',
  ]);
});
