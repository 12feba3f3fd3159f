import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { type Behaviour, checkBackend } from 'couplet-conformance';
import { runtime } from 'couplet-test/runtime';
import { backendHere, native } from '../here.ts';
import { Authority } from './certificates.ts';
import { kernel } from './kernel.ts';
import { streamPair } from './stream-pair.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
let sockets = 0;
const authority = await Authority.create();
const SCRIPTS: Readonly<Record<Behaviour, string>> = {
  echo: 'exec cat',
  fail: 'exit 3',
  flood: 'head -c 4000000 /dev/zero; echo error >&2',
  stubborn: 'trap "" TERM; echo ready; while :; do sleep 0.05; done',
  idle: 'exec sleep 10',
  deaf: 'exec <&-; echo closed; sleep 0.5; echo done',
  parent: 'sleep 2 & echo left',
};
const venue = {
  backend: () => backendHere(),
  unixPath: () => join(folder, `${++sockets}.sock`),
  command: (behaviour: Behaviour) => ['sh', '-c', SCRIPTS[behaviour]] as const,
  streamPair,
  needsWord: runtime === 'deno',
  tls: {
    server: await authority.certify(['localhost', '127.0.0.1']),
    client: { ca: authority.ca },
  },
  ...(native && { kernel }),
};

describe('the backend of this runtime', () => {
  after(() => rmSync(folder, { recursive: true }));
  for (const { name, run } of checkBackend(venue)) test(name, { timeout: 30_000 }, run);

  test('catches whichever signals it is asked for, until it is told not to', async () => {
    const { catchSignals } = backendHere().surroundings;
    const counts = (): number[] => ['SIGHUP', 'SIGUSR2'].map((name) => process.listenerCount(name));
    const before = counts();
    const caught: string[] = [];
    const releases = ['hang-up', 'both'].map((who) =>
      catchSignals(who === 'both' ? ['SIGHUP', 'SIGUSR2'] : ['SIGHUP'], (name) => caught.push(`${who} ${name}`)),
    );
    for (const [signal, count] of [
      ['SIGHUP', 2],
      ['SIGUSR2', 3],
    ] as const) {
      process.kill(process.pid, signal);
      while (caught.length < count) await setImmediate();
    }
    for (const release of releases) release();
    assert.deepEqual(caught, ['hang-up SIGHUP', 'both SIGHUP', 'both SIGUSR2']);
    assert.deepEqual(counts(), before);
  });

  test('catches none of several signals of which one cannot be caught', () => {
    const { catchSignals } = backendHere().surroundings;
    assert.throws(() => catchSignals(['SIGHUP', 'SIGKILL'], () => {}), /EINVAL/);
    assert.equal(process.listenerCount('SIGHUP'), 0);
  });

  test('warns in one line, and on a terminal in several', (context) => {
    const backend = backendHere();
    const print = context.mock.method(console, 'error', () => {});
    const { isTTY } = process.stderr;
    try {
      for (const terminal of [false, true]) {
        process.stderr.isTTY = terminal;
        backend.surroundings.warn('what (at 1, at 2)', ['what', '    at 1', '    at 2']);
        backend.surroundings.warn('a warning');
      }
    } finally {
      process.stderr.isTTY = isTTY;
    }
    assert.deepEqual(
      print.mock.calls.map(({ arguments: printed }) => printed),
      [['what (at 1, at 2)'], ['a warning'], ['what\n    at 1\n    at 2'], ['a warning']],
    );
  });
});
