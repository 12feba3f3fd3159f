import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { oneLine, quoted } from '../../src/values/one-line.ts';
import { CONTROLS, hasControls } from '../controls.ts';

/** The text that was quoted. */
function unquoted(line: string): string {
  return line.replace(/\\(\\|n|u([\da-f]{4}))/g, (_, what: string, code = '') => {
    if (what === '\\') return '\\';
    return what === 'n' ? '\n' : String.fromCharCode(Number.parseInt(code, 16));
  });
}

describe('oneLine', () => {
  test('leaves nothing as it is that cannot be printed', () => {
    for (const control of CONTROLS) {
      const line = oneLine(`a${control}b`);
      assert.match(line, /^a\\(n|u[0-9a-f]{4}(?:\\u[0-9a-f]{4})?)b$/, JSON.stringify(control));
    }
  });

  test('writes a new line as \\n, the others by their code', () => {
    assert.equal(oneLine('a\nb\r\u001b[31m\u0085\u2028'), 'a\\nb\\u000d\\u001b[31m\\u0085\\u2028');
    assert.equal(oneLine('\u202egnp.exe \u{e0041}\ud83d \udc00'), '\\u202egnp.exe \\udb40\\udc41\\ud83d \\udc00');
  });

  test('changes nothing else, and nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = oneLine(text);
        assert.ok(!hasControls(line));
        assert.equal(oneLine(line), line);
        if (!hasControls(text) && !/\p{Cf}/u.test(text)) assert.equal(line, text);
      }),
    );
    assert.equal(oneLine('Ärger 将进酒 🙂 \\n'), 'Ärger 将进酒 🙂 \\n');
  });
});

test('oneLine changes nothing of a value in JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      assert.deepEqual(JSON.parse(oneLine(json)), JSON.parse(json));
    }),
  );
});

describe('quoted', () => {
  test('tells apart a character that is escaped from one that only looks like it', () => {
    assert.equal(quoted('\n'), '\\n');
    assert.equal(quoted('\\n'), '\\\\n');
  });

  test('is one line that can be read back, whatever was said', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.oneof(fc.constantFrom('\\', 'n', 'u', '{', ...CONTROLS), fc.string()) }),
        (text) => {
          const line = quoted(text);
          assert.ok(!hasControls(line));
          assert.equal(oneLine(line), line);
          assert.equal(unquoted(line), text);
        },
      ),
    );
  });
});
