import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory } from 'couplet';
import { WordCounter } from '../half-close.ts';
import { Serving } from './serving.ts';

test('half-close counts when the client has closed its side', async (t) => {
  const serving = await Serving.open(t, Factory.forProtocol(WordCounter));
  for (const [text, answer] of [
    ['one two three\n', '3 words\n'],
    [' \t one\r\n\r\ntwo  ', '2 words\n'],
    ['één ‹twee›', '2 words\n'],
    ['', '0 words\n'],
    ['word '.repeat(100_000), '100000 words\n'],
  ] as const) {
    const peer = await serving.connect();
    peer.socket.write(text);
    assert.equal(await peer.leave(), answer);
  }
  await serving.lost(5);
});

test('half-close counts a word that comes in two pieces once, and answers only at the end', async (t) => {
  let hear = () => {};
  class Heard extends WordCounter {
    override dataReceived(data: Buffer) {
      super.dataReceived(data);
      hear();
    }
  }
  const serving = await Serving.open(t, Factory.forProtocol(Heard));
  const peer = await serving.connect();
  for (const piece of ['one tw', 'o three', ' four']) {
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    peer.socket.write(piece);
    await heard;
  }
  assert.equal(peer.socket.bytesRead, 0);
  assert.equal(await peer.leave(), '4 words\n');
});
