import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Triggers } from '../../src/reactor/triggers.ts';

describe('Triggers', () => {
  test('R23 those of one phase and event, in the order in which they were added', () => {
    const triggers = new Triggers();
    const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => () => name);
    const [a = assert.fail, b = assert.fail, c = assert.fail, d = assert.fail, e = assert.fail] = runs;
    triggers.add('before', 'shutdown', a);
    triggers.add('after', 'shutdown', b);
    triggers.add('before', 'startup', c);
    triggers.add('before', 'shutdown', d);
    triggers.add('during', 'shutdown', e);
    assert.deepEqual(triggers.of('before', 'shutdown'), [a, d]);
    assert.deepEqual(triggers.of('after', 'shutdown'), [b]);
    assert.deepEqual(triggers.of('before', 'startup'), [c]);
    assert.deepEqual(triggers.of('during', 'shutdown'), [e]);
    assert.deepEqual(triggers.of('during', 'startup'), []);
  });

  test('to add and to list runs nothing', () => {
    const triggers = new Triggers();
    triggers.add('before', 'shutdown', () => assert.fail('it ran'));
    triggers.of('before', 'shutdown');
  });

  test('the handle tells phase and event', () => {
    const { phase, event } = new Triggers().add('after', 'startup', () => {});
    assert.deepEqual([phase, event], ['after', 'startup']);
  });

  test('the same function added twice is two triggers, and each is removed by its own handle', () => {
    const triggers = new Triggers();
    const run = (): void => {};
    const first = triggers.add('before', 'shutdown', run);
    triggers.add('before', 'shutdown', run);
    triggers.remove(first);
    assert.deepEqual(triggers.of('before', 'shutdown'), [run]);
  });

  test('to remove one that is not there throws', () => {
    const triggers = new Triggers();
    const trigger = triggers.add('before', 'shutdown', () => {});
    triggers.remove(trigger);
    assert.throws(() => triggers.remove(trigger), /was not added, or was already removed/);
    const other = new Triggers().add('before', 'shutdown', () => {});
    assert.throws(() => triggers.remove(other), /was not added, or was already removed/);
    assert.throws(() => triggers.remove({ phase: 'before', event: 'shutdown' }), /was not added/);
  });

  test('a list that was taken does not change with what is added later, and `has` tells what was removed', () => {
    const triggers = new Triggers();
    const first = triggers.add('during', 'shutdown', () => {});
    const list = triggers.of('during', 'shutdown');
    triggers.add('during', 'shutdown', () => {});
    assert.ok(triggers.has(first));
    triggers.remove(first);
    assert.ok(!triggers.has(first));
    assert.equal(list.length, 1);
    assert.equal(triggers.of('during', 'shutdown').length, 1);
  });
});
