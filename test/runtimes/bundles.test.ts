import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import { rolldown } from 'rolldown';
import { ECHO_SERVER, served } from '../echo-server.ts';
import { Project } from '../project.ts';
import { programOf, type Runtime } from '../runtime.ts';
import { pack, unpack } from '../tarball.ts';

/** A text of each backend that no other one has. That of Deno has that of Node in it. */
const MARKS = {
  node: 'pauseOnConnect',
  bun: 'bun:ffi',
  deno: 'DenoBackend needs Deno',
  browser: 'BrowserBackend',
} as const;
type Target = keyof typeof MARKS;

const BACKENDS: Readonly<Record<Target, readonly Target[]>> = {
  node: ['node'],
  bun: ['bun', 'node'],
  deno: ['deno', 'node'],
  browser: ['browser'],
};

/** Bundles `server.ts` of a project. Returns the code. */
type Bundler = (project: Project, target: Target) => Promise<string>;

/** The conditions that no bundler has by itself. */
const conditionsOf = (target: Target): string[] => (target === 'bun' || target === 'deno' ? [target] : []);

const byEsbuild: Bundler = async ({ folder }, target) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, 'server.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: target === 'browser' ? 'browser' : 'node',
    conditions: conditionsOf(target),
  });
  return outputFiles.map((file) => file.text).join('');
};

const byRolldown: Bundler = async ({ folder }, target) => {
  const bundle = await rolldown({
    input: join(folder, 'server.ts'),
    platform: target === 'browser' ? 'browser' : 'node',
    external: /^bun:/,
    ...(conditionsOf(target).length > 0 && { resolve: { conditionNames: [...conditionsOf(target), 'import'] } }),
  });
  const { output } = await bundle.generate();
  return output.map((file) => ('code' in file ? file.code : '')).join('');
};

const byBun: Bundler = async (project, target) => {
  project.run(programOf('bun'), 'build', `--target=${target}`, '--outfile=by-bun.js', 'server.ts');
  return readFileSync(join(project.folder, 'by-bun.js'), 'utf8');
};

const byDeno: Bundler = async (project, target) => {
  const words = ['bundle', `--platform=${target}`, '--output=by-deno.js', 'server.ts'];
  // Its bundler comes from the registry, when it is first used.
  const env = { ...process.env, NO_COLOR: '1' };
  const options = { cwd: project.folder, env, encoding: 'utf8', timeout: 300_000 } as const;
  const { status, stderr } = spawnSync(programOf('deno'), words, options);
  if (status !== 0) throw new Error(`deno bundle: ${stderr}`);
  return readFileSync(join(project.folder, 'by-deno.js'), 'utf8');
};

const BUNDLERS: readonly (readonly [name: string, bundler: Bundler, targets: readonly Target[]])[] = [
  ['esbuild', byEsbuild, ['node', 'bun', 'deno', 'browser']],
  ['rolldown', byRolldown, ['node', 'bun', 'deno', 'browser']],
  ['bun build', byBun, ['node', 'bun', 'browser']],
  ['deno bundle', byDeno, ['deno', 'browser']],
];

/** How a bundle is run. */
const RUNS: Readonly<Record<Runtime, readonly string[]>> = {
  node: [],
  bun: [],
  deno: ['run', '--allow-all', '--no-check'],
};

describe('RT-11 a bundle', () => {
  const project = new Project();
  /** Where bundles run, without what they were made of. */
  const alone = new Project();

  before(() => {
    unpack(pack('couplet', project.folder), project.folder);
    project.write('package.json', '{ "type": "module" }');
    project.write('server.ts', ECHO_SERVER);
    alone.write('package.json', '{ "type": "module" }');
  });
  after(() => {
    project.remove();
    alone.remove();
  });

  for (const [name, bundler, targets] of BUNDLERS)
    for (const target of targets) {
      const serves = target !== 'browser';
      test(`by ${name} for ${target} has the backend of that alone${serves ? ', and serves' : ''}`, async () => {
        const code = await bundler(project, target);
        const found = Object.entries(MARKS).flatMap(([backend, mark]) => (code.includes(mark) ? [backend] : []));
        assert.deepEqual(found.sort(), [...BACKENDS[target]].sort());
        if (serves) {
          alone.write('bundle.js', code);
          assert.equal(await served(alone, programOf(target), ...RUNS[target], 'bundle.js'), target);
        } else assert.deepEqual(code.match(/['"`](?:node|bun):[^'"`]*/g), null);
      });
    }

  test('by bun build --compile is a program that serves', async () => {
    const program = join(alone.folder, 'server');
    project.run(programOf('bun'), 'build', '--compile', `--outfile=${program}`, 'server.ts');
    assert.equal(await served(alone, program), 'bun');
  });
});
