import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyFraming } from 'couplet/testing';
import { ANSWER, cutAt, Naive, STREAM } from './naive.ts';

test('the naive protocol is right for eight of ten cuts, and verifyFraming finds one of the others', () => {
  const wrong = Array.from({ length: STREAM.length - 1 }, (_, index) => cutAt(index + 1)).filter(
    ({ answer }) => answer !== ANSWER,
  );
  assert.deepEqual(
    wrong.map(({ chunks }) => chunks),
    [
      ['sun\r', '\nmoon\r\n'],
      ['sun\r\nmoon\r', '\n'],
    ],
  );
  assert.throws(() => verifyFraming(() => new Naive(), STREAM), /cut/);
});
