import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { LengthLimitError } from 'couplet/framing';
import { verifyFraming } from 'couplet/testing';

const { COUPLET_SOLUTION } = process.env;
const { strings, maxLength }: typeof import('./task.ts') = await import(
  COUPLET_SOLUTION ? './solution.ts' : './task.ts'
);

/** A length of three bytes. */
function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(length, 0, 3);
  return bytes;
}

function frame(text: string): Buffer {
  return Buffer.concat([lengthOf(Buffer.byteLength(text)), Buffer.from(text)]);
}

describe('exercise 5: a length of three bytes', () => {
  test('the frames are the same, wherever the stream is cut', () => {
    const long = 'a'.repeat(300); // its length needs two of the three bytes
    const { sequence } = verifyFraming(strings, Buffer.concat([frame('hello'), frame(''), frame(long), frame('床前')]));
    assert.equal(sequence.length, 4);
  });

  test('a length beyond the limit is refused before any of the frame has come', () => {
    const fits = strings();
    fits.push(lengthOf(maxLength));
    assert.equal(fits.next(), undefined, 'a frame of just that length is awaited');
    const tooLong = strings();
    tooLong.push(lengthOf(maxLength + 1));
    assert.throws(() => tooLong.next(), LengthLimitError);
  });
});
