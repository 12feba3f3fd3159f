import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { exposition } from '../../src/metrics/exposition.ts';
import { sample } from '../metrics/sample.ts';

describe('promtool', () => {
  test('R-D27 has nothing to say about the metrics', async () => {
    const { merged, supervisor } = sample();
    const input = await exposition(merged, supervisor);
    const check = (text: string) => {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      return [status, `${stdout}${stderr}`] as const;
    };
    assert.deepEqual(check(input), [0, '']);
    // It does look: a counter must end with _total.
    assert.notEqual(check(input.replaceAll('couplet_reloads_total', 'couplet_reloads'))[0], 0);
  });
});
