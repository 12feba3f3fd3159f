import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printStatus } from '../../src/control/print-status.ts';
import { report } from './stage.ts';

test('a status is a line, and tables of listeners and workers', () => {
  assert.equal(
    printStatus(report()),
    `poetry: ready, pid ${process.pid}, generation 3, up 2h 3m
SERVICE  LISTENER             OPEN  ACCEPTED  REFUSED
slow     tcp://0.0.0.0:10000    12      1200        3
tidy     TimerService
SLOT  GROUP  GENERATION  STATE         PID  OPEN  UP
   1  all             3  ready        4712    12  1m 1s
   2  all             3  backing off     -     0  0s
`,
  );
});

test('what is wrong is told, without control characters', () => {
  const text = printStatus(
    report({
      state: 'refusing',
      ready: false,
      reason: 'no worker\u001b[2J',
      services: [],
      listeners: [],
      slots: [],
      uptimeSeconds: 90_000,
      drops: { logLines: 7, busMessages: 2 },
      ledger: { up: false, granted: 5, refused: 1, unknown: 9 },
    }),
  );
  assert.equal(
    text,
    `poetry: refusing: no worker\\u001b[2J, pid ${process.pid}, generation 3, up 1d 1h
dropped: 7 lines of the log, 2 messages of the bus
ledger: away, 5 granted, 1 refused, 9 unknown
`,
  );
});
