import assert from 'node:assert/strict';
import { it } from 'node:test';
import { oneLine } from '../../src/commands/output.ts';

it('keeps every text on one line', () => {
  assert.equal(oneLine('将进酒 – plain'), '将进酒 – plain');
  assert.equal(
    oneLine('a\nb\r\tc\u001b[2J\u0000\u007f\u009b\u2028'),
    'a\\nb\\u000d\\u0009c\\u001b[2J\\u0000\\u007f\\u009b\\u2028',
  );
  assert.equal(oneLine('\u202e\u200b\ufeff\u{e0041}\ud83d'), '\\u202e\\u200b\\ufeff\\u{e0041}\\ud83d');
});
