import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { Project } from '../project.ts';
import { programOf, type Runtime } from '../runtime.ts';
import { pack, unpack } from '../tarball.ts';

/** The compilers of the workspace, and of this package. */
const COMPILERS = {
  6: resolve('test/node_modules/typescript'),
  7: resolve('node_modules/typescript'),
};

type Targets = Record<string, string | Record<string, string>>;
/** What npm is told about `couplet`. */
const manifest: {
  readonly version: string;
  readonly license: string;
  readonly exports: Targets;
  readonly imports: Record<string, Record<string, string | Record<string, string>>>;
} = JSON.parse(readFileSync('packages/couplet/package.json', 'utf8'));

const SOURCE = 'couplet-source';
const RUNTIME: Runtime = 'deno';
const sources = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [[name, target[SOURCE] ?? '']],
);

/** What a compiler that has seen the declarations refuses. */
const WRONG = `import { Protocol } from 'couplet';
// @ts-expect-error A text is no protocol.
export const made: Protocol = 'none';
`;

/** What JSR is told, in the words of Deno: it does not know conditions. */
function jsr(): object {
  const { version, license } = manifest;
  const imports = Object.entries(manifest.imports).map(([name, { [SOURCE]: source }]) => [
    name,
    typeof source === 'string' ? source : source?.[RUNTIME],
  ]);
  return {
    name: '@couplet/couplet',
    version,
    license,
    exports: Object.fromEntries(sources),
    imports: Object.fromEntries(imports),
    publish: { include: ['src', 'README.md', 'LICENSE'] },
  };
}

describe('RT-12 the sources', () => {
  // Version 7 builds them.
  test('pass TypeScript 6', () => {
    const words = ['--project', 'packages/couplet', '--noEmit', '--composite', 'false', '--incremental', 'false'];
    const tsc = join(COMPILERS[6], 'bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...words], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, '']);
  });

  test('pass the check of Deno', () => {
    const words = sources.map(([, path = '']) => join('packages/couplet', path));
    const env = { ...process.env, NO_COLOR: '1' };
    const { stderr, status } = spawnSync(programOf('deno'), ['check', `--conditions=${SOURCE}`, ...words], {
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 0, stderr);
  });

  describe('as JSR takes them', () => {
    const project = new Project();

    before(() => {
      for (const name of ['src', 'README.md', 'LICENSE'])
        cpSync(join('packages/couplet', name), join(project.folder, name), { recursive: true });
      project.write('jsr.json', JSON.stringify(jsr()));
    });
    after(() => project.remove());

    const publish = (): string => project.run(programOf('deno'), 'publish', '--dry-run', '--allow-dirty');

    test('pass a dry run with its check of types, which finds no slow ones', () => {
      publish();
      project.write('src/framing/slow.ts', 'export const slow = [1].map(String);\n');
      project.write('src/entry/framing.ts', "export { slow } from '../framing/slow.ts';\n");
      assert.throws(publish, /missing-explicit-type/);
    });
  });
});

describe('RT-12 the declarations', () => {
  const project = new Project();

  before(() => {
    unpack(pack('couplet', project.folder), project.folder);
    for (const name of ['@types/node', 'undici-types'])
      cpSync(join('node_modules', name), join(project.folder, 'node_modules', name), { recursive: true });
    project.write('package.json', '{ "type": "module" }');
    const imports = sources.map(([name = '']) => `import '${name.replace('.', 'couplet')}';\n`);
    project.write('all.ts', `${imports.join('')}${WRONG}`);
  });
  after(() => project.remove());

  for (const [version, folder] of Object.entries(COMPILERS))
    test(`pass TypeScript ${version}, each line of them`, () => {
      const tsc = join(folder, 'bin/tsc');
      assert.match(project.run(process.execPath, tsc, '--version'), new RegExp(`^Version ${version}\\.`));
      const options = ['--strict', '--module', 'nodenext', '--types', 'node', '--skipLibCheck', 'false'];
      project.run(process.execPath, tsc, '--noEmit', ...options, 'all.ts');
    });

  test('pass the check of Deno, each line of them', () => {
    project.run(programOf('deno'), 'check', '--all', 'all.ts');
  });
});
