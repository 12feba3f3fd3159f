import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { type Lacks, lacksOf } from './declarations.ts';

/** What is known to be missing. Nothing may come to it; what is mended has to go from it: npm run undocumented writes it anew. */
const known: { readonly unnamed: readonly string[]; readonly undocumented: readonly string[] } = JSON.parse(
  readFileSync('test/known-undocumented.json', 'utf8'),
);

describe('the declarations of couplet', () => {
  let lacks: Lacks;
  before(() => {
    lacks = lacksOf();
  });

  test('each type in a public signature has a public name', () => {
    const places = Object.entries(lacks.unnamed).filter(([name]) => !known.unnamed.includes(name));
    const told = places.map(([name, place]) => `${place} names ${name}, which no entry exports`).join('\n');
    assert.equal(told, '');
    assert.deepEqual(Object.keys(lacks.unnamed), known.unnamed);
  });

  test('each public member has a comment of its own, or overrides one that has', () => {
    assert.deepEqual(lacks.undocumented, known.undocumented);
  });
});
