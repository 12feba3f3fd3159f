import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Draft } from '../../src/download/draft.ts';

it('holds what was appended, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
      const draft = new Draft();
      for (const chunk of chunks) draft.append(chunk);
      assert.deepEqual(draft.whole(), Buffer.concat(chunks));
      assert.equal(draft.length, draft.whole().length);
    }),
  );
});

it('takes a poem byte by byte', () => {
  const draft = new Draft();
  for (let at = 0; at < 300_000; at += 1) draft.append(Buffer.of(at % 251));
  assert.equal(draft.length, 300_000);
  assert.equal(draft.whole().at(-1), 299_999 % 251);
});
