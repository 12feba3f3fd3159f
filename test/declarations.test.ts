import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Lacks, lacksOf } from './declarations.ts';

for (const name of ['couplet', 'inspector', 'daemon'])
  describe(`the declarations of ${name}`, () => {
    let lacks: Lacks;
    before(() => {
      lacks = lacksOf(name);
    });

    test('each type in a public signature has a public name', () => {
      const told = Object.entries(lacks.unnamed).map(
        ([type, place]) => `${place} names ${type}, which no entry exports`,
      );
      assert.deepEqual(told, []);
    });

    test('each public member has a comment of its own, or overrides one that has', () => {
      assert.deepEqual(lacks.undocumented, []);
    });
  });
