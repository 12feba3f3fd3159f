import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import * as couplet from 'couplet';
import * as bun from 'couplet/bun';
import * as deno from 'couplet/deno';
import * as endpoints from 'couplet/endpoints';
import * as framing from 'couplet/framing';
import * as native from 'couplet/native';
import * as node from 'couplet/node';
import * as policies from 'couplet/policies';
import * as protocols from 'couplet/protocols';
import * as sim from 'couplet/sim';
import * as testing from 'couplet/testing';
import { runtime } from 'couplet-test/runtime';
import { SURFACE } from './surface.ts';

const MODULES: Record<keyof typeof SURFACE, object> = {
  couplet,
  'couplet/bun': bun,
  'couplet/deno': deno,
  'couplet/endpoints': endpoints,
  'couplet/framing': framing,
  'couplet/native': native,
  'couplet/node': node,
  'couplet/policies': policies,
  'couplet/protocols': protocols,
  'couplet/sim': sim,
  'couplet/testing': testing,
};

const ROOT = 'packages/couplet';
const MANIFEST: { exports: Record<string, { 'couplet-source': string } | string> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

/** A name that an entry exports, and where it is declared under which name. */
interface Export {
  readonly name: string;
  readonly type: boolean;
  readonly file: string;
  readonly declared: string;
}

const DECLARATION = /^export (?:declare |abstract |async )*(class|function|const|let|interface|type) (\w+)/gm;
const REEXPORT = /^export (type )?\{([^}]*)\} from '([^']+)';/gm;

/** What a source exports, by the words of its `export` statements. A name that is both type and value is a value. */
function exportsOf(file: string): Export[] {
  const text = readFileSync(file, 'utf8');
  const found: Export[] = [];
  for (const [, word = '', name = ''] of text.matchAll(DECLARATION)) {
    found.push({ name, type: word === 'interface' || word === 'type', file, declared: name });
  }
  for (const [, type, list = '', from = ''] of text.matchAll(REEXPORT)) {
    for (const item of list.split(',').map((one) => one.trim())) {
      if (item === '') continue;
      const [declared = '', name = declared] = item.replace(/^type /, '').split(' as ');
      found.push({
        name,
        type: type !== undefined || item.startsWith('type '),
        file: join(dirname(file), from),
        declared,
      });
    }
  }
  return found;
}

/** True when a doc comment stands before the declaration of that name, or before the statement that exports it. */
function documented({ file, declared }: Export): boolean {
  const text = readFileSync(file, 'utf8');
  const declaration = new RegExp(
    `^export (?:declare |abstract |async )*(?:class|function|const|interface|type) ${declared}\\b`,
    'm',
  );
  const renaming = new RegExp(`^export \\{[^}]*\\b${declared}\\b[^}]*\\};`, 'm');
  const at = text.search(text.search(declaration) >= 0 ? declaration : renaming);
  assert.ok(at >= 0, `${declared} is not declared in ${file}`);
  return /\*\/\s*(?:\/\/[^\n]*\s*)*$/.test(text.slice(0, at));
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}

function entryOf(path: string): string {
  const target = MANIFEST.exports[path === 'couplet' ? '.' : path.replace('couplet', '.')];
  assert.ok(typeof target === 'object', `the package exports no ${path}`);
  return join(ROOT, target['couplet-source']);
}

describe('the public surface', () => {
  test('has these entries and no others', () => {
    const entries = Object.keys(SURFACE).map((path) => path.replace('couplet', '.'));
    assert.deepEqual(sorted(Object.keys(MANIFEST.exports)), sorted([...entries, './package.json']));
  });

  for (const [path, module] of Object.entries(MODULES)) {
    const listed = Object.entries(SURFACE).find(([entry]) => entry === path)?.[1];

    test(`${path} exports the listed values`, () => {
      assert.deepEqual(sorted(Object.keys(module)), listed?.values);
    });

    test(`${path} exports the listed types`, () => {
      // An overloaded function is declared more than once.
      const names = (type: boolean): string[] => {
        const found = exportsOf(entryOf(path)).filter((one) => one.type === type);
        return sorted([...new Set(found.map(({ name }) => name))]);
      };
      assert.deepEqual(names(true), listed?.types);
      assert.deepEqual(names(false), listed?.values);
    });

    test(`every export of ${path} has a doc comment`, () => {
      const bare = exportsOf(entryOf(path)).filter((one) => !documented(one));
      assert.deepEqual(
        bare.map(({ name }) => name),
        [],
      );
    });
  }

  test('no name is exported by two entries but Clock, the type and the one for tests', () => {
    const names = sorted(Object.values(SURFACE).flatMap(({ values, types }) => [...values, ...types]));
    assert.deepEqual(
      names.filter((name, at) => name === names[at - 1]),
      ['Clock'],
    );
  });

  test('nothing is exported under two names but Factory, which is ServerFactory too', () => {
    const paths = new Map<unknown, string[]>();
    for (const [path, module] of Object.entries(MODULES)) {
      for (const [name, value] of Object.entries(module)) {
        paths.set(value, [...(paths.get(value) ?? []), `${path} ${name}`]);
      }
    }
    const twice = [...paths.values()].filter((list) => list.length > 1);
    assert.deepEqual(twice, [['couplet Factory', 'couplet ServerFactory']]);
  });

  test('what is not an entry cannot be imported', async () => {
    for (const path of ['couplet/src/engine/engine.ts', 'couplet/dist/couplet.js', 'couplet/engine']) {
      // Bun and Deno have other codes than Node.
      await assert.rejects(import(path), runtime === 'node' ? { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' } : Error, path);
    }
  });
});
