import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FULL, run } from './fixture.ts';

const CALLS = FULL ? 10_000_000 : 300_000;
const CONNECTIONS = FULL ? 100_000 : 3000;
const REACTORS = FULL ? 1000 : 50;
const SECONDS = FULL ? 3000 : 120;
/** How much more a process may have after all of them than after a tenth, in MB. Resident memory depends on when garbage is collected. */
const MORE = { heap: 4, buffers: 4, resident: 40 };

const folder = mkdtempSync(join(tmpdir(), 'couplet-endurance-'));
after(() => rmSync(folder, { recursive: true }));

/** What a program says, as JSON, that has ended well. */
async function toldBy(fixture: string, ...words: readonly number[]): Promise<ReturnType<typeof JSON.parse>> {
  const { status, output, errors } = await run(fixture, [folder, ...words], { seconds: SECONDS });
  assert.equal(status, 0, errors);
  assert.equal(errors, '');
  return JSON.parse(output);
}

test(`${CALLS} system calls return what they should, and each error is that of its call`, async () => {
  const { made, failed } = await toldBy('calls', CALLS);
  assert.ok(made >= CALLS);
  assert.ok(failed > CALLS / 10, `only ${failed} calls have failed`);
});

test(`${CONNECTIONS} connections and ${REACTORS} reactors leave nothing behind`, async (t) => {
  const { before, after, exchanges, bytes, faults } = await toldBy('leaks', CONNECTIONS, REACTORS);
  t.diagnostic(JSON.stringify({ before, after, bytes }));
  assert.deepEqual(faults, []);
  assert.equal(exchanges, CONNECTIONS + 2 * REACTORS);
  // One that the event loop waits for is all that there is, whatever the number of reactors.
  assert.deepEqual(
    { descriptors: after.descriptors, epolls: after.epolls },
    { descriptors: before.descriptors, epolls: before.epolls },
  );
  for (const [what, most] of Object.entries(MORE))
    assert.ok(after[what] - before[what] < most, `${what}: ${before[what]} MB became ${after[what]} MB`);
});
