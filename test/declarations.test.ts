import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Lacks, lacksOf } from './declarations.ts';

describe('the declarations of couplet', () => {
  let lacks: Lacks;
  before(() => {
    lacks = lacksOf();
  });

  test('each type in a public signature has a public name', () => {
    const told = Object.entries(lacks.unnamed).map(([name, place]) => `${place} names ${name}, which no entry exports`);
    assert.deepEqual(told, []);
  });

  test('each public member has a comment of its own, or overrides one that has', () => {
    assert.deepEqual(lacks.undocumented, []);
  });
});
