import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory } from 'couplet';
import { StringTransport } from 'couplet/testing';
import { Answer } from '../answer.ts';
import { Serving } from './serving.ts';

/** What it answers to these pieces of a stream. */
function answersTo(...pieces: readonly string[]): string {
  const protocol = new Answer();
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  for (const piece of pieces) protocol.dataReceived(Buffer.from(piece));
  return transport.value().toString();
}

describe('answer', () => {
  test('knows some answers', () => {
    assert.equal(answersTo('How are you?\r\nWho are you?\r\n'), 'Fine\r\nA server of few words\r\n');
    assert.equal(answersTo('How are', ' you?\r', '\n'), 'Fine\r\n');
  });

  test('says what it does not know', () => {
    assert.equal(answersTo('How are you\r\n'), 'I do not know what you mean\r\n');
  });

  test('says that a line is too long, once, and takes the next', () => {
    assert.equal(
      answersTo('x'.repeat(65), 'y'.repeat(1000), '\r\nHow are you?\r\n'),
      'At most 64 bytes, please\r\nFine\r\n',
    );
    assert.equal(answersTo(`${'x'.repeat(64)}\r\n`), 'I do not know what you mean\r\n');
  });

  test('answers over a socket', async (t) => {
    const serving = await Serving.open(t, Factory.forProtocol(Answer));
    const peer = await serving.connect();
    peer.socket.write('How are you?\r\n');
    assert.equal(await peer.leave(), 'Fine\r\n');
  });
});
