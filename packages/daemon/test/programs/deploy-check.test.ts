import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { COMMAND } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { DEPLOY, deployed, outcome } from './deploy.ts';

/** Files for deployment that leave the daemon too little time, by what is wrong with them. */
const WRONG = [
  ['systemd', 'poetry.service', 'TimeoutStopSec=35', 'TimeoutStopSec=30', /TimeoutStopSec/],
  ['systemd', 'poetry.service', 'WatchdogSec=90', 'WatchdogSec=59', /WatchdogSec/],
  [
    'kubernetes',
    'kubernetes/deployment.yaml',
    'terminationGracePeriodSeconds: 45',
    'terminationGracePeriodSeconds: 35',
    /terminationGracePeriodSeconds/,
  ],
] as const;

describe('R-D32 coupletd check --for', { timeout: 60_000 }, () => {
  test('takes the shipped files, and says in one line what is wrong with others', (t) => {
    const stage = new Stage(t);
    const check = (kind: string, file: string): readonly [number | null, string] => {
      const [program, ...words] = COMMAND;
      const configuration = ['--config', join(DEPLOY, 'poetry.toml')];
      return outcome(program, [...words, 'check', join(stage.folder, 'app.js'), ...configuration, '--for', kind, file]);
    };
    for (const [kind, name] of [
      ['systemd', 'poetry.service'],
      ['kubernetes', 'kubernetes/deployment.yaml'],
    ] as const) {
      const [status, said] = check(kind, join(DEPLOY, name));
      assert.equal(status, 0, said);
      assert.match(said, /talk/);
    }
    for (const [kind, name, right, wrong, like] of WRONG) {
      const text = deployed(name);
      assert.ok(text.includes(right));
      const file = stage.write('wrong', text.replace(right, wrong));
      const [status, said] = check(kind, file);
      assert.equal(status, 78, said);
      assert.match(said, like);
      assert.match(said, /^coupletd: [^\n]+\n$/);
    }
  });
});
