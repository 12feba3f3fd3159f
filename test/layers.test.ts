import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { DAEMON_LAYERS, INSPECTOR_LAYERS, LAYERS, type Layer, POETRY_LAYERS } from './layers.ts';

/** The packages whose sources have layers. */
const PACKAGES: readonly (readonly [sources: string, layers: readonly Layer[]])[] = [
  ['packages/couplet/src', LAYERS],
  ['packages/inspector/src', INSPECTOR_LAYERS],
  ['packages/daemon/src', DAEMON_LAYERS],
  ['packages/poetry/src', POETRY_LAYERS],
];

/** What every runtime has, and what a condition of the package picks for the runtime. */
const ANYWHERE: readonly string[] = [
  'node:buffer',
  '#backend',
  '#border',
  'couplet',
  'couplet/endpoints',
  'couplet/framing',
  'couplet/policies',
  'couplet/protocols',
];

/** An import, or a re-export, also of types only. */
interface Import {
  /** The file and the line where it stands. */
  readonly place: string;
  readonly folder: string;
  /** The folder that it names, or the module when that is outside of the sources. */
  readonly target: string;
  readonly inside: boolean;
}

/** The TypeScript files of a folder and those in it. */
function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.sort().map((name) => join(folder, name));
}

function importsOf(sources: string, file: string): Import[] {
  const folder = relative(sources, file).split('/')[0] ?? '';
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    const name = /^(?:import|export|\}).*?(?:from|import) '([^']+)';$/.exec(line)?.[1];
    if (name === undefined || /^\s*(?:\*|\/\/)/.test(line)) return [];
    const inside = name.startsWith('.');
    const target = inside ? (relative(sources, join(dirname(file), name)).split('/')[0] ?? '') : name;
    return [{ place: `${file}:${at + 1}`, folder, target, inside }];
  });
}

/** What a folder may import from: itself, and what its layer names, or all that is below. */
function allowed(layers: readonly Layer[], folder: string): readonly string[] {
  const at = layers.findIndex(({ folders }) => folders.includes(folder));
  const below = layers.slice(0, Math.max(at, 0)).flatMap(({ folders }) => folders);
  return [folder, ...(layers[at]?.from ?? below)];
}

for (const [sources, layers] of PACKAGES)
  describe(`the layers of ${sources}`, () => {
    const imports = filesIn(sources).flatMap((file) => importsOf(sources, file));

    test('every folder is in one of them', () => {
      const folders = readdirSync(sources, { withFileTypes: true });
      assert.deepEqual(folders.map(({ name }) => name).sort(), layers.flatMap((layer) => layer.folders).sort());
    });

    test('a folder imports from layers below its own only', () => {
      const wrong = imports.filter(({ folder, target, inside }) => inside && !allowed(layers, folder).includes(target));
      assert.deepEqual(
        wrong.map(
          ({ place, folder, target }) =>
            `${place} imports ${target}; ${folder} may: ${allowed(layers, folder).join(', ')}`,
        ),
        [],
      );
    });

    test('only a layer that may use the runtime imports its modules', () => {
      const free = layers.filter(({ runtime }) => runtime).flatMap(({ folders }) => folders);
      const wrong = imports.filter(
        ({ folder, target, inside }) => !inside && !free.includes(folder) && !ANYWHERE.includes(target),
      );
      assert.deepEqual(
        wrong.map(({ place, target }) => `${place} imports ${target}`),
        [],
      );
    });
  });

describe('what other packages import', () => {
  test('the conformance suite imports what users can import', () => {
    const suite = 'packages/conformance/src';
    const outside = filesIn(suite).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '([^']+)';$/gm)]
        .map(([, name = '']) => (name.startsWith('.') ? join(dirname(file), name) : name))
        .filter((name) => !name.startsWith(`${suite}/`) && !/^(?:couplet(?:\/[a-z]+)?|node:buffer)$/.test(name))
        .map((name) => `${file} imports ${name}`),
    );
    assert.deepEqual(outside, []);
  });

  for (const name of ['inspector', 'daemon'])
    test(`${name} imports what users can import of couplet, and the packages that it says it needs`, () => {
      const { dependencies, peerDependencies }: Readonly<Record<string, object>> = JSON.parse(
        readFileSync(`packages/${name}/package.json`, 'utf8'),
      );
      const { exports }: { readonly exports: object } = JSON.parse(
        readFileSync('packages/couplet/package.json', 'utf8'),
      );
      const known = new Set([
        ...Object.keys({ ...dependencies, ...peerDependencies }),
        ...Object.keys(exports).map((path) => path.replace('.', 'couplet')),
      ]);
      const outside = filesIn(`packages/${name}/src`).flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/(?:from |import\()'([^'.#][^']*)'/g)]
          .map(([, name = '']) => name)
          .filter((name) => !name.startsWith('node:') && !known.has(name))
          .map((name) => `${file} imports ${name}`),
      );
      assert.deepEqual(outside, []);
    });
});
