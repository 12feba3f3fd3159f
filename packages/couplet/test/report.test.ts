import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { errorOf, lineOf, oneLine } from '../src/engine/report.ts';

/** Every character that a terminal or a log might take for an order or a new line. */
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  0x2028,
  0x2029,
].map((code) => String.fromCharCode(code));

/** Values that cannot be made a string, or whose fields throw. */
function unprintables(): unknown[] {
  const throwing = {
    toString(): string {
      throw new Error('no string');
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const badMessage = new Error('bad message');
  Object.defineProperty(badMessage, 'message', {
    get: () => {
      throw new Error('no message');
    },
  });
  const badName = Object.assign(new Error('bad name'), { name: Symbol('name') });
  const badStack = Object.assign(new Error('bad stack'), { stack: 5 });
  return [Object.create(null), throwing, proxy, badMessage, badName, badStack];
}

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

describe('lineOf', () => {
  test('says who, where, what, and the stack', () => {
    const line = lineOf({ who: 'Echo at 127.0.0.1:4321', where: 'dataReceived', error: new TypeError('no') });
    assert.match(line, /^Echo at 127\.0\.0\.1:4321: dataReceived: TypeError: no \(at .+\)$/);
    assert.match(line, /report\.test/);
  });

  test('is one line, whatever a peer put into the message or the name', () => {
    const error = Object.assign(new Error('one\ntwo\r\nthree\u001b[2J'), { name: 'Bad\nName' });
    const line = lineOf({ who: 'a\nb', where: 'c\nd', error });
    assert.ok(CONTROLS.every((control) => !line.includes(control)));
    assert.match(line, /^a\\nb: c\\nd: Bad\\nName: one\\ntwo\\u000d\\nthree\\u001b\[2J/);
  });

  test('takes what is no error', () => {
    const line = (error: unknown): string => lineOf({ who: 'w', where: 'c', error });
    assert.equal(line('text\n'), 'w: c: text\\n');
    assert.equal(line(undefined), 'w: c: undefined');
    assert.equal(line(null), 'w: c: null');
    assert.equal(line(7), 'w: c: 7');
    assert.equal(line(Symbol('s')), 'w: c: Symbol(s)');
    assert.equal(line({}), 'w: c: [object Object]');
  });

  test('takes an error without a stack', () => {
    const error = new Error('bare');
    delete error.stack;
    assert.equal(lineOf({ who: 'w', where: 'c', error }), 'w: c: Error: bare');
  });

  test('R8 does not throw for what cannot be printed', () => {
    for (const error of unprintables()) assert.match(lineOf({ who: 'w', where: 'c', error }), /^w: c: ./);
  });

  test('R8 for anything thrown it is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.anything({ withNullPrototype: true }), (who, error) => {
        const line = lineOf({ who, where: 'c', error });
        assert.ok(CONTROLS.every((control) => !line.includes(control)));
      }),
    );
  });
});

describe('errorOf', () => {
  test('an error is itself', () => {
    const error = new RangeError('no');
    assert.equal(errorOf(error), error);
  });

  test('anything else becomes the cause of an error that tells it', () => {
    const thrown = { toString: () => 'a thing' };
    const error = errorOf(thrown);
    assert.equal(error.message, 'threw a thing');
    assert.equal(error.cause, thrown);
    assert.equal(errorOf(undefined).message, 'threw undefined');
  });

  test('R8 does not throw for what cannot be printed', () => {
    for (const thrown of unprintables()) assert.ok(errorOf(thrown) instanceof Error);
  });
});
