import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { End } from './child.ts';
import { Child } from './child.ts';

const children: Child[] = [];

/** Starts a program that lives in that way. */
function live(way: string): Child {
  const child = new Child('lives', [way]);
  children.push(child);
  return child;
}

const DONE: End = { code: 0, signal: null };
const TIMEOUT = { timeout: 15_000 };

after(() => {
  for (const child of children) if (child.alive) child.signal('SIGKILL');
});

describe('a process whose reactor runs', TIMEOUT, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`R23 lives with nothing open until ${signal}, and then ends by itself with 0`, async () => {
      const child = live('idle');
      assert.equal(await child.line(0), 'ready');
      await delay(200);
      assert.ok(child.alive);
      child.signal(signal);
      assert.deepEqual(await child.ended, DONE);
      assert.deepEqual(child.lines, ['ready', 'stopped']);
      assert.equal(child.errors, '');
    });
  }

  test('R23 ends its connections and its port on SIGTERM', async () => {
    const child = live('serving');
    await child.line(1);
    child.signal('SIGTERM');
    assert.deepEqual(await child.ended, DONE);
    assert.deepEqual(child.lines, ['ready', 'connected', 'ConnectionAborted', 'stopped']);
  });

  test('R23 waits before shutdown, and a second signal stops it at once', async () => {
    const child = live('stubborn');
    await child.line(0);
    child.signal('SIGTERM');
    assert.equal(await child.line(1), 'asked to stop');
    assert.equal(await child.line(2), 'still here');
    child.signal('SIGINT');
    assert.deepEqual(await child.ended, DONE);
    assert.equal(child.lines.at(-1), 'stopped');
  });

  test('R23 may run again, and the signal of the first time does not count', async () => {
    const child = live('twice');
    assert.equal(await child.line(0), 'first');
    child.signal('SIGTERM');
    assert.equal(await child.line(1), 'second');
    await delay(100);
    assert.ok(child.alive);
    child.signal('SIGTERM');
    assert.deepEqual(await child.ended, DONE);
  });

  test('R23 leaves signals alone if told to', async () => {
    const child = live('unsignalled');
    await child.line(0);
    child.signal('SIGTERM');
    assert.deepEqual(await child.ended, { code: null, signal: 'SIGTERM' });
  });

  test('R25 ends by itself when its reactor stops, whatever timers there were', async () => {
    const child = live('stopped');
    assert.deepEqual(await child.ended, DONE);
    assert.deepEqual(child.lines, ['stopped']);
  });

  test('R25 has its signals back once the reactor has stopped', async () => {
    const child = live('released');
    await child.line(0);
    child.signal('SIGTERM');
    assert.deepEqual(await child.ended, { code: null, signal: 'SIGTERM' });
  });
});

describe('a process whose reactor does not run', TIMEOUT, () => {
  const ways: readonly [way: string, when: string, lines: string[]][] = [
    ['call', 'its last connection has closed', ['verse', 'ConnectionDone']],
    ['cancelled', 'its long timers are cancelled', []],
    ['moved', 'the long timer that was moved has run', ['sooner']],
    ['waiting', 'its timer has run', ['in time']],
    ['refused', 'its attempt has failed', ['ConnectionRefusedError']],
  ];
  for (const [way, when, lines] of ways) {
    test(`R25 ends by itself when ${when}`, async () => {
      const child = live(way);
      assert.deepEqual(await child.ended, DONE);
      assert.deepEqual(child.lines, lines);
      assert.equal(child.errors, '');
    });
  }

  test('R23 goes on after an error that nobody observes, which is one line of standard error', async () => {
    const child = live('clumsy');
    assert.deepEqual(await child.ended, DONE);
    assert.deepEqual(child.lines, ['goes on']);
    assert.match(child.errors, /^a delayed call: an anonymous function: Error: no\\nrhyme\\u001b\[31m [^\n]*\n$/);
  });
});
