import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import type { Tarball } from './tarball.ts';
import { bytesOf, linkDependencies, pack, unpack } from './tarball.ts';

/** Ways to resolve a package that predate modules of its kind: it has none for them. */
const BEFORE_MODULES = ['node10', 'node16-cjs'];

/** Prints each entry with the names of its values, and where an error of the engine was made. */
const PROGRAM = `
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync('node_modules/couplet/package.json', 'utf8'));
const names = {};
for (const [path, target] of Object.entries(exports)) {
  if (typeof target === 'object') names[path] = Object.keys(await import(path.replace('.', 'couplet')));
}
const { Factory, Protocol, reactor } = await import('couplet');
const { stack } = await reactor.listenTCP('8007', Factory.forProtocol(Protocol)).catch((error) => error);
console.log(JSON.stringify({ names, stack }));
`;

/** Makes the checks of a backend. */
const CHECKS = `
import { NodeBackend } from 'couplet/node';
import { checkBackend } from 'couplet-conformance';

console.log(checkBackend({ backend: () => new NodeBackend() }).length, 'checks');
`;

/** Serves an inspector, and asks it for its page and a frame. */
const INSPECTED = `
import { reactor } from 'couplet';
import { serveInspector } from 'couplet-inspector';

const inspector = await serveInspector(reactor);
const [address, token] = inspector.url.split('#token=');
const page = await (await fetch(address)).text();
const headers = { authorization: 'Bearer ' + token };
const frame = await (await fetch(address + 'frame', { headers })).json();
console.log(page.startsWith('<!doctype html>'), frame.runtime, frame.total);
await inspector.close();
`;

/** An application, whose service is not started. */
const APPLICATION = `
import { Factory } from 'couplet';
import { Echo } from 'couplet/protocols';
import { application, StreamServerService } from 'coupletd';

const echo = new StreamServerService('echo', 'tcp:0:interface=127.0.0.1', Factory.forProtocol(Echo));
export { app as default };
const app = application('packed', [echo]);
`;

/** The folders of those that are published and have types: the others need the first. */
const PACKAGES = ['couplet', 'conformance', 'inspector', 'daemon'];
/** Those that are programs alone. */
const PROGRAMS = ['create-couplet'];

for (const name of [...PACKAGES, ...PROGRAMS])
  describe(`the package ${name}`, () => {
    let folder: string;
    let tarball: Tarball;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'couplet-package-'));
      tarball = pack(name, folder);
    });
    after(() => rmSync(folder, { recursive: true }));

    test('has at most 500 files and 1.3 MB, README and LICENSE among them', (t) => {
      const { files, unpackedSize } = tarball;
      t.diagnostic(`${files.length} files, ${unpackedSize} bytes`);
      assert.ok(files.length <= 500, `${files.length} files`);
      assert.ok(unpackedSize <= 1_300_000, `${unpackedSize} bytes`);
      const paths = files.map(({ path }) => path);
      for (const path of ['README.md', 'LICENSE']) assert.ok(paths.includes(path), path);
    });

    test('publint finds nothing', async () => {
      const { messages } = await publint({ pack: { tarball: bytesOf(tarball) }, strict: true });
      assert.deepEqual(messages, []);
    });

    if (PROGRAMS.includes(name)) return;
    test('its types are right for modules and for bundlers', async () => {
      const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytesOf(tarball))));
      assert.ok('problems' in analysis, 'it has no types');
      const problems = analysis.problems.filter(
        (problem) => !('resolutionKind' in problem && BEFORE_MODULES.includes(problem.resolutionKind)),
      );
      assert.deepEqual(problems, []);
    });
  });

describe('what is packed', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'couplet-packed-'));
    for (const name of PACKAGES) unpack(pack(name, folder), folder);
    linkDependencies('packages/daemon', folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('its entries can be imported and export what the sources do, and stack traces name its parts', async () => {
    writeFileSync(join(folder, 'program.mjs'), PROGRAM);
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(stderr, '');
    const { names, stack }: { names: Record<string, string[]>; stack: string } = JSON.parse(stdout);
    assert.ok(Object.keys(names).length > 0);
    for (const [path, found] of Object.entries(names)) {
      const sources: object = await import(path.replace('.', 'couplet'));
      assert.deepEqual(found, Object.keys(sources), path);
    }
    assert.match(stack, /node_modules\/couplet\/dist\/part-engine\.js/);
  });

  test('the conformance suite finds the couplet beside it', () => {
    writeFileSync(join(folder, 'checks.mjs'), CHECKS);
    const { stdout, stderr } = spawnSync(process.execPath, ['checks.mjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.match(stdout, /^[1-9]\d{2,} checks\n$/);
  });

  test('an inspector shows the reactor of the couplet beside it', () => {
    writeFileSync(join(folder, 'inspected.mjs'), INSPECTED);
    const { stdout, stderr } = spawnSync(process.execPath, ['inspected.mjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(stdout, 'true node 0\n');
  });

  test('coupletd imports an application with the couplet beside it, in a process of its own', () => {
    writeFileSync(join(folder, 'app.mjs'), APPLICATION);
    const words = ['node_modules/coupletd/bin/coupletd.js', 'check', 'app.mjs'];
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /\btcp:0:interface=127\.0\.0\.1\b/);
  });

  test('coupletd serves by a worker, and drains', async () => {
    writeFileSync(join(folder, 'served.mjs'), APPLICATION);
    const words = ['node_modules/coupletd/bin/coupletd.js', 'run', 'served.mjs', '--control', 'none'];
    const daemon = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    for await (const text of daemon.stdout.setEncoding('utf8')) {
      log += text;
      const [, port] = /"daemon.ready".*127\.0\.0\.1:(\d+)/.exec(log) ?? [];
      if (port !== undefined) break;
    }
    daemon.kill('SIGTERM');
    assert.deepEqual(await once(daemon, 'exit'), [0, null], log);
  });
});
