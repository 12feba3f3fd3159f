import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Turns } from '../../src/protocols/turns.ts';

describe('Turns', () => {
  it('lets one in at a time, in order of arrival', () => {
    const begun: string[] = [];
    const turns = new Turns<string>(1, (one) => begun.push(one));
    for (const one of ['a', 'b', 'c']) turns.join(one);
    assert.deepEqual(begun, ['a']);
    turns.leave('a');
    assert.deepEqual(begun, ['a', 'b']);
    turns.leave('b');
    turns.leave('c');
    assert.deepEqual([begun, turns.active, turns.waiting], [['a', 'b', 'c'], 0, 0]);
  });

  it('forgets who leaves before the turn', () => {
    const begun: string[] = [];
    const turns = new Turns<string>(1, (one) => begun.push(one));
    for (const one of ['a', 'b', 'c']) turns.join(one);
    turns.leave('b');
    turns.leave('a');
    turns.leave('a');
    assert.deepEqual([begun, turns.active, turns.waiting], [['a', 'c'], 1, 0]);
  });

  it('has no limit when there are 0 places', () => {
    let begun = 0;
    const turns = new Turns<number>(0, () => {
      begun += 1;
    });
    for (let one = 0; one < 1000; one += 1) turns.join(one);
    assert.equal(begun, 1000);
  });

  it('goes on with the next when a turn ends as it begins', () => {
    const begun: number[] = [];
    const turns: Turns<number> = new Turns<number>(1, (one) => {
      begun.push(one);
      if (one !== 0) turns.leave(one);
    });
    for (let one = 0; one < 5; one += 1) turns.join(one);
    turns.leave(0);
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
    assert.equal(turns.active, 0);
  });

  it('is a queue, whatever happens', () => {
    const steps = fc.array(fc.record({ leave: fc.boolean(), who: fc.nat(9) }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), steps, (places, happenings) => {
        const present: number[] = [];
        const active = new Set<number>();
        const turns = new Turns<number>(places, (one) => active.add(one));
        for (const { leave, who } of happenings) {
          if (leave) {
            active.delete(who);
            if (present.includes(who)) present.splice(present.indexOf(who), 1);
            turns.leave(who);
          } else if (!present.includes(who)) {
            present.push(who);
            turns.join(who);
          }
          // Turns go by arrival: those who have one are always the first of those present.
          assert.deepEqual([...active], present.slice(0, places));
        }
      }),
    );
  });
});
