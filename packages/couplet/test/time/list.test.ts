import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LinkedList } from '../../src/time/list.ts';

class Name {
  previous: Name | undefined;
  next: Name | undefined;
}

function membersOf(roll: LinkedList<Name>): Set<Name> {
  const members = new Set<Name>();
  roll.each((member) => members.add(member));
  return members;
}

describe('LinkedList', () => {
  test('for any comings and goings it has exactly who came and did not go', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20)), { maxLength: 40, size: 'max' }), (moves) => {
        const roll = new LinkedList<Name>();
        const there: Name[] = [];
        for (const leaves of moves) {
          const member = leaves === null ? undefined : there.splice(leaves % Math.max(1, there.length), 1)[0];
          if (member !== undefined) roll.remove(member);
          else {
            const name = new Name();
            there.push(name);
            roll.add(name);
          }
          assert.deepEqual(membersOf(roll), new Set(there));
          assert.equal(roll.empty, there.length === 0);
        }
      }),
    );
  });

  test('a member may leave while it is visited, and come back later', () => {
    const roll = new LinkedList<Name>();
    const names = Array.from({ length: 5 }, () => new Name());
    for (const name of names) roll.add(name);
    let visits = 0;
    roll.each((name) => {
      visits += 1;
      roll.remove(name);
    });
    assert.equal(visits, 5);
    assert.equal(roll.empty, true);
    for (const name of names) roll.add(name);
    assert.equal(membersOf(roll).size, 5);
  });

  test('one that left holds on to nobody', () => {
    const roll = new LinkedList<Name>();
    const [a, b, c] = [new Name(), new Name(), new Name()];
    for (const name of [a, b, c]) roll.add(name);
    roll.remove(b);
    assert.deepEqual([b.previous, b.next], [undefined, undefined]);
  });
});
