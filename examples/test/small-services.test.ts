import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenAll } from '../small-services.ts';
import { Peer } from './peer.ts';
import { numberOf } from './serving.ts';

test('small-services serves each protocol on a port of its own, at the same time', async (t) => {
  const ports = await listenAll(0);
  t.after(() => Promise.all(ports.map((port) => port.stopListening())));
  const peers = await Promise.all(ports.map((port) => Peer.connect(numberOf(port))));
  t.after(() => peers.forEach((peer) => void peer.socket.destroy()));
  const [echo, discard, quote, daytime, chargen, time] = peers;
  assert.equal(await echo?.ask('hello'), 'hello\n');
  assert.equal(
    await chargen?.until('\r\n!'),
    ` !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefg\r\n!`,
  );
  discard?.socket.write('into the void\n');
  assert.equal(await discard?.leave(), '');
  assert.match((await quote?.rest()) ?? '', /^.+\r\n\(.+\)\r\n$/);
  assert.ok((await daytime?.rest())?.includes(`${new Date().getUTCFullYear()}`));
  assert.notEqual(await time?.rest(), '');
});
