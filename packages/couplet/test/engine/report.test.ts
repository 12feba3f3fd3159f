import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { classOf, errorOf, lineOf, linesOf } from '../../src/engine/report.ts';
import { hasControls } from '../controls.ts';

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

describe('lineOf', () => {
  test('says who, where, what, and the stack', () => {
    const line = lineOf({ who: 'Echo at 127.0.0.1:4321', where: 'dataReceived', error: new TypeError('no') });
    assert.match(line, /^Echo at 127\.0\.0\.1:4321: dataReceived: TypeError: no \(at .+\)$/);
    assert.match(line, /report\.test/);
  });

  test('is one line, whatever a peer put into the message or the name', () => {
    const error = Object.assign(new Error('one\ntwo\r\nthree\u001b[2J'), { name: 'Bad\nName' });
    const line = lineOf({ who: 'a\nb', where: 'c\nd', error });
    assert.ok(!hasControls(line));
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
        assert.ok(!hasControls(line));
      }),
    );
  });
});

describe('linesOf', () => {
  test('has the stack as the runtime prints it, below one line that says who, where and what', () => {
    const error = new TypeError('no');
    const [head, ...frames] = linesOf({ who: 'Echo at 127.0.0.1:4321', where: 'dataReceived', error });
    assert.equal(head, 'Echo at 127.0.0.1:4321: dataReceived: TypeError: no');
    assert.equal(`TypeError: no\n${frames.join('\n')}`, error.stack);
  });

  test('is one line each, and has no frame that a peer put into the message', () => {
    const error = new Error('a\u001b[2J\n    at forged (peer.js:1:1)\nb');
    const [head, ...frames] = linesOf({ who: 'w', where: 'c', error });
    assert.equal(head, 'w: c: Error: a\\u001b[2J\\n    at forged (peer.js:1:1)\\nb');
    assert.ok(frames.length > 0);
    assert.ok(frames.every((line) => line.startsWith('    at ') && !line.includes('forged')));
    error.stack = `Error: ${error.message}\n    at \u202eone (file.js:1:1)`;
    assert.deepEqual(linesOf({ who: 'w', where: 'c', error }).slice(1), ['    at \\u202eone (file.js:1:1)']);
  });

  test('is one line for what has no stack, or cannot be printed', () => {
    for (const error of ['text', undefined, ...unprintables()])
      assert.equal(linesOf({ who: 'w', where: 'c', error }).length, 1);
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

describe('classOf', () => {
  test('R44 is the nearest class with a name', () => {
    class Shout {}
    const anonymous = (base: typeof Shout): typeof Shout => class extends base {};
    assert.equal(classOf(new Shout()), 'Shout');
    assert.equal(classOf(new (anonymous(anonymous(Shout)))()), 'Shout');
  });

  test('R8 does not throw for an object without one', () => {
    for (const one of [Object.create(null), new (class {})(), { constructor: 5 }])
      assert.equal(classOf(one), 'an object without a class');
  });
});
