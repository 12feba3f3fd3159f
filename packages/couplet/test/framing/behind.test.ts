import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeLine, encodeNetstring, netstrings } from 'couplet/framing';
import { LineDecoder } from '../../src/framing/line-decoder.ts';
import { BytesReader } from '../../src/framing/line-reader.ts';
import { assertLinear } from '../growth.ts';

/** So many chunks wait behind the frame that is read, each too large to be copied together with others. */
const CHUNKS = 20_000;
const CONTENT = Buffer.alloc(2000, 'x');

describe('what waits behind a frame', () => {
  test('R28 costs nothing when bytes are put before it', () => {
    assertLinear(CHUNKS, (chunks) => {
      const decoder = netstrings();
      const [frame, extra] = [encodeNetstring(CONTENT), encodeNetstring('extra')];
      for (let count = 0; count < chunks; count += 1) decoder.push(frame);
      return () => {
        let extras = 0;
        for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
          if (next.length === 5) extras += 1;
          else decoder.unread(extra);
        }
        assert.equal(extras, chunks);
      };
    });
  });

  test('R28 costs nothing when the delimiter changes with each line', () => {
    assertLinear(CHUNKS, (chunks) => {
      const decoder = new LineDecoder(new BytesReader());
      const [even, odd] = [encodeLine(CONTENT), encodeLine(CONTENT, '|')];
      for (let count = 0; count < chunks; count += 1) decoder.push(count % 2 === 0 ? even : odd);
      return () => {
        let lines = 0;
        for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
          lines += 1;
          decoder.delimiter = lines % 2 === 0 ? '\r\n' : '|';
          // As from a peer that goes on sending.
          if (lines < chunks) decoder.push(lines % 2 === 0 ? odd : even);
        }
        assert.equal(lines, 2 * chunks - 1);
      };
    });
  });
});
