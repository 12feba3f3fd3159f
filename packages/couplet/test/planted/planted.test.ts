import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

for (const [what, words] of [
  ['all stand in the sources, and some of them are found', '--quick'],
  ['those of the backend of Bun are found there', '--bun'],
  ["those of the kernel's sockets are found there", '--native'],
  ['those of the backend of Deno that only Deno shows are found there', '--deno'],
] as const)
  test(`planted bugs: ${what}`, () => {
    // The sources run as they are on the Node of this workspace only.
    const node = 'node_modules/node/bin/node';
    const { status, stdout, stderr } = spawnSync(node, ['scripts/plant.mjs', words], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^(\d+) of \1 bugs were found$/m);
  });
