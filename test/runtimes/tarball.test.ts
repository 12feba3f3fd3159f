import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ECHO_SERVER, served } from '../echo-server.ts';
import { Project } from '../project.ts';
import { programOf, RUNTIMES, type Runtime } from '../runtime.ts';
import { pack } from '../tarball.ts';

/** How a user of a runtime installs a tarball. Deno takes what npm has installed. */
const INSTALLERS: Readonly<Record<Runtime, readonly [program: string, ...words: string[]]>> = {
  node: ['npm', 'install'],
  bun: [programOf('bun'), 'add'],
  deno: ['npm', 'install'],
};

/** What a runtime is told before the path of a program. */
const WORDS: Readonly<Record<Runtime, readonly string[]>> = {
  node: [],
  bun: [],
  deno: ['run', '--allow-all', '--no-check'],
};

/** Prints each entry with the names of its values. */
const ENTRIES = `
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync('node_modules/couplet/package.json', 'utf8'));
const names = {};
for (const [path, target] of Object.entries(exports))
  if (typeof target === 'object') names[path] = Object.keys(await import(path.replace('.', 'couplet')));
console.log(JSON.stringify(names));
`;

for (const runtime of RUNTIMES)
  describe(`RT-11 the tarball, installed for ${runtime}`, () => {
    const project = new Project();
    const program = programOf(runtime);

    before(() => {
      project.write('package.json', '{ "type": "module" }');
      project.write('server.ts', ECHO_SERVER);
      project.write('entries.js', ENTRIES);
      const { path } = pack('couplet', project.folder);
      project.run(...INSTALLERS[runtime], path);
    });
    after(() => project.remove());

    test('has no dependency', () => {
      const { dependencies } = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8'));
      assert.deepEqual(Object.keys(dependencies), ['couplet']);
      assert.equal(project.run('ls', 'node_modules'), 'couplet\n');
    });

    test('takes the backend of the runtime, and answers a client', async () => {
      assert.equal(await served(project, program, ...WORDS[runtime], 'server.ts'), runtime);
    });

    test('has the entries that the sources have', async () => {
      const names: Record<string, string[]> = JSON.parse(project.run(program, ...WORDS[runtime], 'entries.js'));
      assert.ok(Object.keys(names).length > 1);
      for (const [path, found] of Object.entries(names)) {
        const sources: object = await import(path.replace('.', 'couplet'));
        assert.deepEqual(found, Object.keys(sources), path);
      }
    });

    test('has a couplet-sim that plays', () => {
      project.write('scenario.js', 'export async function scenario() {}\n');
      const words = ['node_modules/couplet/bin/couplet-sim.js', '--seeds', '2', 'scenario.js'];
      assert.match(project.run(program, ...WORDS[runtime], ...words), /^2 worlds were well/);
    });

    if (runtime === 'deno')
      test('passes its check', () => {
        project.run(program, 'check', 'server.ts');
      });
  });
