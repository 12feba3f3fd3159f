import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildFaults, KINDS } from './faults.ts';
import { FULL, run } from './fixture.ts';

/** How many seeds one process plays, and how many processes there are. */
const SEEDS = FULL ? 1000 : 50;
const PROCESSES = FULL ? 4 : 1;
/** A seed takes a third of a second. */
const SECONDS = FULL ? 3000 : 120;

const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
after(() => rmSync(folder, { recursive: true }));

for (let index = 0; index < PROCESSES; index += 1) {
  const first = 1 + index * SEEDS;
  test(`with ${SEEDS} seeds from ${first} on, no byte and no descriptor is lost to calls that fail`, async () => {
    const environment = buildFaults(folder);
    const { status, output, errors } = await run('faulty', [folder, first, SEEDS], { seconds: SECONDS, environment });
    const lines = output.trimEnd().split('\n');
    const wrong = lines.flatMap((line, at) =>
      line.startsWith('FAULT') ? [`${lines.slice(0, at).findLast((one) => one.startsWith('seed'))}: ${line}`] : [],
    );
    assert.deepEqual(wrong, [], `${wrong.length} faults`);
    const last = lines.findLast((line) => line.startsWith('seed'));
    assert.equal(status, 0, `it ended by ${status} at ${last}: ${errors}`);
    assert.equal(errors, '');
    assert.equal(last, `seed ${first + SEEDS - 1}`);
    const { whole, files, faults } = JSON.parse(lines.at(-1) ?? '');
    assert.ok(whole > 5 * SEEDS, `only ${whole} exchanges came to their end`);
    assert.ok(files > SEEDS, `only ${files} descriptors came along`);
    for (const kind of KINDS) assert.ok(faults[kind] > 0, `there was never ${kind}`);
  });
}
