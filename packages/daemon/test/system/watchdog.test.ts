import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Watchdog } from '../../src/system/watchdog.ts';

describe('the watchdog', () => {
  test('R-D17 gives a sign of life at once and every half of its time, while all is well, until it is stopped', () => {
    const clock = new Clock();
    const beats: number[] = [];
    let well = true;
    const watchdog = new Watchdog({
      clock,
      periodMs: 90_000,
      well: () => well,
      beat: () => beats.push(clock.now()),
    });
    watchdog.start();
    clock.advance(100_000);
    assert.deepEqual(beats, [0, 45_000, 90_000]);
    well = false;
    clock.advance(70_000);
    assert.equal(beats.length, 3);
    well = true;
    clock.advance(60_000);
    assert.deepEqual(beats.slice(3), [180_000, 225_000]);
    watchdog.stop();
    watchdog.stop();
    clock.advance(500_000);
    assert.deepEqual([beats.length, clock.getDelayedCalls().length], [5, 0]);
    watchdog.start();
    watchdog.start();
    clock.advance(45_000);
    assert.equal(beats.length, 8);
  });
});
