import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

/** Names that may stand for two things: the type of a clock, and the class of `couplet/testing` that implements it. */
const ALLOWED = ['Clock'];

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type) (\w+)/gm;

/** The files of a package that declare each class, interface and type alias. In one file, declarations of a name are merged. */
function declarations(name: string): Map<string, Set<string>> {
  const files = new Map<string, Set<string>>();
  const folder = join('packages', name, 'src');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts')) continue;
    for (const [, declared = ''] of readFileSync(join(folder, file), 'utf8').matchAll(DECLARATION))
      files.set(declared, (files.get(declared) ?? new Set()).add(file));
  }
  return files;
}

describe('no two classes, interfaces or type aliases of a package share a name', () => {
  for (const name of readdirSync('packages').sort()) {
    test(name, () => {
      const twice = [...declarations(name)].filter(([one, files]) => files.size > 1 && !ALLOWED.includes(one));
      assert.deepEqual(
        twice.map(([one, files]) => `${one}: ${[...files].join(', ')}`),
        [],
      );
    });
  }
});
