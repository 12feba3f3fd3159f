import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limitConnections, PortStopped } from 'couplet/policies';
import { Recorders } from '../policies/recorder.ts';
import { House, LOCAL } from '../policies/visit.ts';

describe('the farewell of a wire that is turned away', () => {
  test('R42 a message that the kernel does not take is given up after 5 s though a verdict may take for ever', () => {
    const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }), {
      admissionTimeoutMs: Number.POSITIVE_INFINITY,
    });
    house.accept();
    const refused = house.accept(LOCAL, [false]);
    house.pass(4999);
    assert.deepEqual(refused.calls, []);
    house.pass(1);
    assert.deepEqual(refused.calls, ['close']);
  });

  test('R42 a port that stops lets the message go out, whether the kernel has it or not', () => {
    for (const taken of [true, false]) {
      const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
      house.accept();
      const refused = house.accept(LOCAL, [taken]);
      house.admission.stop(new PortStopped('stopped'));
      assert.deepEqual(refused.calls, taken ? ['end'] : []);
      refused.drain();
      for (const _ of [1, 2]) house.turn();
      assert.deepEqual([refused.calls, String(refused.output)], [['end', 'close'], 'full\n']);
      refused.settle();
      assert.deepEqual(
        house.reasons.map(({ name }) => name),
        ['ConnectionLimitReached'],
      );
    }
  });

  test('R42 a reactor that stops lets the message go out, too, in the time that it has', async () => {
    for (const lingerMs of [0, 100]) {
      const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
      const visit = house.accept();
      const refused = house.accept(LOCAL, [false]);
      const gone = house.engine.live.end(lingerMs, 'the reactor stopped');
      visit.cut();
      house.pass(lingerMs / 2);
      assert.deepEqual(refused.calls, lingerMs === 0 ? ['close'] : []);
      house.pass(lingerMs / 2);
      assert.deepEqual(refused.calls, ['close']);
      refused.settle();
      await gone;
      assert.deepEqual([house.engine.live.empty, house.backend.alarmAt], [true, undefined]);
    }
  });
});
