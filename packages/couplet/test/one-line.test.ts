import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { oneLine } from '../src/protocol/one-line.ts';
import { CONTROLS } from './controls.ts';

describe('oneLine', () => {
  test('leaves no control character as it is', () => {
    for (const control of CONTROLS) {
      const line = oneLine(`a${control}b`);
      assert.match(line, /^a\\(n|u[0-9a-f]{4})b$/, JSON.stringify(control));
    }
  });

  test('writes a new line as \\n, the others by their code', () => {
    assert.equal(oneLine('a\nb\r\u001b[31m\u0085\u2028'), 'a\\nb\\u000d\\u001b[31m\\u0085\\u2028');
  });

  test('changes nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = oneLine(text);
        assert.ok(CONTROLS.every((control) => !line.includes(control)));
        if (CONTROLS.every((control) => !text.includes(control))) assert.equal(line, text);
      }),
    );
    assert.equal(oneLine('Ärger 将进酒 🙂 \\n'), 'Ärger 将进酒 🙂 \\n');
  });
});
