import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeLine, encodeNetstring, netstrings } from 'couplet/framing';
import { LineDecoder } from '../../src/framing/line-decoder.ts';
import { BytesReader } from '../../src/framing/line-reader.ts';

/** So many chunks wait behind the frame that is read, each too large to be copied together with others. */
const CHUNKS = 20_000;
const CONTENT = Buffer.alloc(2000, 'x');
const SECOND = 1000;

/** How long it takes, in milliseconds. */
function elapsed(task: () => void): number {
  const began = performance.now();
  task();
  return performance.now() - began;
}

describe('what waits behind a frame', () => {
  test('R28 costs nothing when bytes are put before it', () => {
    const decoder = netstrings();
    const [frame, extra] = [encodeNetstring(CONTENT), encodeNetstring('extra')];
    for (let count = 0; count < CHUNKS; count += 1) decoder.push(frame);
    let extras = 0;
    const took = elapsed(() => {
      for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
        if (next.length === 5) extras += 1;
        else decoder.unread(extra);
      }
    });
    assert.equal(extras, CHUNKS);
    assert.ok(took < SECOND, `it took ${took} ms`);
  });

  test('R28 costs nothing when the delimiter changes with each line', () => {
    const decoder = new LineDecoder(new BytesReader());
    const [even, odd] = [encodeLine(CONTENT), encodeLine(CONTENT, '|')];
    for (let count = 0; count < CHUNKS; count += 1) decoder.push(count % 2 === 0 ? even : odd);
    let lines = 0;
    const took = elapsed(() => {
      for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
        lines += 1;
        decoder.delimiter = lines % 2 === 0 ? '\r\n' : '|';
        // As from a peer that goes on sending.
        if (lines < CHUNKS) decoder.push(lines % 2 === 0 ? odd : even);
      }
    });
    assert.equal(lines, 2 * CHUNKS - 1);
    assert.ok(took < SECOND, `it took ${took} ms`);
  });
});
