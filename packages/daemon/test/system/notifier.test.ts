import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Notifier } from '../../src/system/notifier.ts';

describe('a notifier', { timeout: 10_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'couplet-notify-'));
  after(() => rmSync(root, { recursive: true }));
  /** How often the program may be started. */
  const MOST = 8;
  let program: string;
  let passed: number;
  beforeEach(() => {
    passed = 0;
    // Writes down what it is told, and then waits at a gate of its own: two that follow each other must not read from one.
    program = join(mkdtempSync(join(root, 'one-')), 'notify');
    writeFileSync(
      program,
      '#!/bin/sh\necho "$NOTIFY_SOCKET: $*" >> "$0.log"\nread status < "$0.gate$(wc -l < "$0.log")"\nexit "$status"\n',
    );
    chmodSync(program, 0o755);
    execFileSync(
      'mkfifo',
      Array.from({ length: MOST }, (_, at) => `${program}.gate${at + 1}`),
    );
  });

  function scene(name = program) {
    const clock = new Clock();
    const warnings: string[] = [];
    const notifier = new Notifier({
      clock,
      socket: '/run/notify',
      program: name,
      warn: (line) => void warnings.push(line),
    });
    return { clock, warnings, notifier, told: () => readFileSync(`${program}.log`, 'utf8').trimEnd().split('\n') };
  }

  /** Waits until the next program is at its gate, and lets it end with a status. */
  async function pass(status = 0): Promise<void> {
    passed += 1;
    const gate = await open(`${program}.gate${passed}`, 'w');
    await gate.write(`${status}\n`);
    await gate.close();
  }

  test('tells one thing at a time, and of what is told meanwhile the latest', async () => {
    const { notifier, told, warnings, clock } = scene();
    notifier.ready();
    notifier.reloading();
    notifier.status('loading');
    notifier.watchdog();
    notifier.status('two\nlines\u0000 here');
    notifier.watchdog();
    notifier.stopping();
    await pass();
    await pass();
    await notifier.idle();
    assert.deepEqual(told(), ['/run/notify: READY=1', '/run/notify: STOPPING=1 STATUS=two lines here WATCHDOG=1']);
    notifier.reloading();
    await pass();
    await notifier.idle();
    assert.match(told()[2] ?? '', /^\/run\/notify: RELOADING=1 MONOTONIC_USEC=\d+$/);
    assert.deepEqual([warnings, clock.getDelayedCalls().length], [[], 0]);
  });

  test('R-D17 sends by itself where it can, without the program, and by that where it cannot', async () => {
    const sent: string[] = [];
    const warnings: string[] = [];
    let able = true;
    const notifier = new Notifier({
      clock: new Clock(),
      socket: '/run/notify',
      program,
      warn: (line) => void warnings.push(line),
      send: (socket, text) => {
        if (!able) return 'no';
        sent.push(`${socket}: ${Buffer.from(text)}`);
        return undefined;
      },
    });
    notifier.ready();
    notifier.status('one');
    able = false;
    notifier.stopping();
    await pass();
    await notifier.idle();
    assert.deepEqual(sent, ['/run/notify: READY=1', '/run/notify: STATUS=one']);
    assert.equal(readFileSync(`${program}.log`, 'utf8'), '/run/notify: STOPPING=1\n');
    able = true;
    notifier.reloading();
    await notifier.idle();
    assert.match(sent[2] ?? '', /^\/run\/notify: RELOADING=1\nMONOTONIC_USEC=\d+$/);
    assert.deepEqual(warnings, []);
  });

  test('warns once when the program fails, and goes on', async () => {
    const { notifier, warnings, told } = scene();
    for (const status of [1, 1, 0, 1]) {
      notifier.watchdog();
      await pass(status);
      await notifier.idle();
    }
    const line = `the service manager is not told: ${program} ended with 1`;
    assert.deepEqual([warnings, told().length], [[line, line], 4]);
  });

  test('warns once when the program is missing, and does not try again', async () => {
    const { notifier, warnings } = scene('/nonexistent/notify');
    notifier.ready();
    notifier.status('x');
    await notifier.idle();
    notifier.watchdog();
    await notifier.idle();
    assert.deepEqual(warnings, ['the service manager is not told: there is no program /nonexistent/notify']);
  });

  test('ends a program that hangs after 10 s', async () => {
    const { notifier, warnings, clock } = scene();
    notifier.ready();
    clock.advance(9999);
    assert.equal(clock.getDelayedCalls().length, 1);
    clock.advance(1);
    await notifier.idle();
    assert.deepEqual(warnings, [`the service manager is not told: ${program} ended with SIGKILL`]);
  });
});
