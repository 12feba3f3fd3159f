import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { LAYERS } from './layers.ts';

const SOURCES = 'packages/couplet/src';

/** What every runtime has, and what a condition of the package picks for the runtime. */
const ANYWHERE: readonly string[] = ['node:buffer', '#backend', '#border'];

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

function importsOf(file: string): Import[] {
  const folder = relative(SOURCES, file).split('/')[0] ?? '';
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    const name = /^(?:import|export|\}).*?(?:from|import) '([^']+)';$/.exec(line)?.[1];
    if (name === undefined || /^\s*(?:\*|\/\/)/.test(line)) return [];
    const inside = name.startsWith('.');
    const target = inside ? (relative(SOURCES, join(dirname(file), name)).split('/')[0] ?? '') : name;
    return [{ place: `${file}:${at + 1}`, folder, target, inside }];
  });
}

/** What a folder may import from: itself, and what its layer names, or all that is below. */
function allowed(folder: string): readonly string[] {
  const at = LAYERS.findIndex(({ folders }) => folders.includes(folder));
  const below = LAYERS.slice(0, Math.max(at, 0)).flatMap(({ folders }) => folders);
  return [folder, ...(LAYERS[at]?.from ?? below)];
}

describe('the layers of the sources', () => {
  const imports = filesIn(SOURCES).flatMap(importsOf);

  test('every folder is in one of them', () => {
    const folders = readdirSync(SOURCES, { withFileTypes: true });
    assert.deepEqual(folders.map(({ name }) => name).sort(), LAYERS.flatMap((layer) => layer.folders).sort());
  });

  test('a folder imports from layers below its own only', () => {
    const wrong = imports.filter(({ folder, target, inside }) => inside && !allowed(folder).includes(target));
    assert.deepEqual(
      wrong.map(
        ({ place, folder, target }) => `${place} imports ${target}; ${folder} may: ${allowed(folder).join(', ')}`,
      ),
      [],
    );
  });

  test('only a layer that may use the runtime imports its modules', () => {
    const free = LAYERS.filter(({ runtime }) => runtime).flatMap(({ folders }) => folders);
    const wrong = imports.filter(
      ({ folder, target, inside }) => !inside && !free.includes(folder) && !ANYWHERE.includes(target),
    );
    assert.deepEqual(
      wrong.map(({ place, target }) => `${place} imports ${target}`),
      [],
    );
  });

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
});
