import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callbackName } from '../../src/values/callback-name.ts';

test('a callback has the name of its class and method; words that say what called it stand behind', () => {
  assert.equal(callbackName({ who: 'Shout', where: 'lineReceived' }), 'Shout.lineReceived');
  assert.equal(
    callbackName({ who: 'a delayed call', where: 'SlowPoetry.sendPiece' }),
    'SlowPoetry.sendPiece (a delayed call)',
  );
});
