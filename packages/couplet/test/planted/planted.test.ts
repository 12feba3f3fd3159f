import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('planted bugs: all stand in the sources, and some of them are found', () => {
  // The sources run as they are on the Node of this workspace only.
  const node = 'node_modules/node/bin/node';
  const { status, stdout, stderr } = spawnSync(node, ['scripts/plant.mjs', '--quick'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^(\d+) of \1 bugs were found$/m);
});
