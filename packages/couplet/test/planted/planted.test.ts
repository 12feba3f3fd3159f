import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.resolve('couplet/package.json'))), '../..');

test('planted bugs: all stand in the sources, and some of them are found', () => {
  // The sources run as they are on the Node of this workspace only.
  const node = join(ROOT, 'node_modules/node/bin/node');
  const { status, stdout, stderr } = spawnSync(node, [join(ROOT, 'scripts/plant.mjs'), '--quick'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^(\d+) of \1 bugs were found$/m);
});
