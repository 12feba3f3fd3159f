import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from 'couplet/testing';
import fc from 'fast-check';
import { PERIODS } from '../../src/supervisor/periods.ts';
import { Restarts } from '../../src/supervisor/restarts.ts';

test('R-D14 a slot that starts less often than 5 times in 10 s never waits', () => {
  const clock = new Clock();
  const restarts = new Restarts(clock, PERIODS);
  for (let start = 0; start < 100; start += 1) {
    restarts.begun();
    clock.advance(2501);
    assert.equal(restarts.waitMs(2501), 0);
    assert.equal(restarts.waits, false);
  }
});

test('R-D14 waits end at 30 s, and a life of 60 s ends them', () => {
  const clock = new Clock();
  const restarts = new Restarts(clock, PERIODS);
  const crash = (): number => {
    restarts.begun();
    return restarts.waitMs(0);
  };
  for (let start = 0; start < 4; start += 1) assert.equal(crash(), 0);
  const waits = Array.from({ length: 8 }, crash);
  for (const [at, wait] of waits.entries())
    assert.ok(wait <= Math.min(30_000, 1000 * 2 ** at), `wait ${at} is ${wait}`);
  assert.ok((waits.at(-1) ?? 0) >= 22_500);
  restarts.begun();
  assert.notEqual(restarts.waitMs(59_999), 0);
  restarts.begun();
  assert.equal(restarts.waitMs(60_000), 0);
});

test('R-D14 whatever the lives, no slot starts more than 5 times in 10 s without a wait before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4000), { maxLength: 60 }), (lives) => {
      const clock = new Clock();
      const restarts = new Restarts(clock, PERIODS);
      let atOnce: number[] = [];
      for (const life of lives) {
        restarts.begun();
        atOnce = [...atOnce.filter((at) => clock.now() - at < 10_000), clock.now()];
        assert.ok(atOnce.length <= 5, `${atOnce.length} starts`);
        clock.advance(life);
        const wait = restarts.waitMs(life);
        assert.equal(restarts.waits, wait > 0);
        clock.advance(wait);
        if (wait > 0) atOnce = [];
      }
    }),
  );
});
