import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'smol-toml';
import { deployed, outcome } from './deploy.ts';

/** The directives of a unit; of those that are there several times the last one. */
function directivesOf(unit: string): Map<string, string> {
  return new Map(
    unit.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

describe('the units of systemd', { timeout: 60_000 }, () => {
  const service = deployed('poetry.service');
  const socket = deployed('poetry.socket');
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'couplet-units-'));
    const program = join(folder, 'coupletd');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(
      join(folder, 'poetry.service'),
      service
        .replaceAll('/srv/poetry/node_modules/.bin/coupletd', program)
        .replace('WorkingDirectory=/srv/poetry', `WorkingDirectory=${folder}`),
    );
    writeFileSync(join(folder, 'poetry.socket'), socket);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('systemd-analyze verifies them', () => {
    const units = ['poetry.service', 'poetry.socket'].map((name) => join(folder, name));
    assert.deepEqual(outcome('systemd-analyze', ['verify', ...units]), [0, '']);
    const misspelled = join(folder, 'wrong.service');
    writeFileSync(misspelled, service.replace('ProtectHome=', 'ProtectHouse='));
    assert.match(outcome('systemd-analyze', ['verify', misspelled])[1], /ProtectHouse/);
  });

  test('systemd-analyze finds the service hardened', () => {
    const [status, said] = outcome('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      join(folder, 'poetry.service'),
    ]);
    assert.equal(status, 0, said);
    assert.match(said, /Overall exposure level for poetry\.service: 1\.\d OK/);
  });

  test('R-D32 the service gives the supervisor time: for its drain and stop, and for replacing a hung worker', () => {
    const { daemon } = parse(deployed('poetry.toml'));
    const { drainTimeout, stopTimeout, workerTimeout } = Object(daemon);
    const directives = directivesOf(service);
    assert.ok(Number(directives.get('TimeoutStopSec')) >= drainTimeout + stopTimeout + 1);
    assert.ok(Number(directives.get('WatchdogSec')) >= 2 * workerTimeout);
  });

  test('the service is what the supervisor needs', () => {
    const directives = directivesOf(service);
    for (const [name, value] of [
      ['Type', 'notify'],
      ['NotifyAccess', 'all'],
      ['KillMode', 'mixed'],
      ['OOMPolicy', 'continue'],
      ['Restart', 'on-failure'],
      ['RestartPreventExitStatus', '64 66 77 78'],
      ['RuntimeDirectory', 'poetry'],
      ['RuntimeDirectoryMode', '0700'],
      ['UMask', '0077'],
      ['LimitNOFILE', '65536'],
      ['NoNewPrivileges', 'yes'],
      ['CapabilityBoundingSet', ''],
      ['AmbientCapabilities', ''],
    ] as const)
      assert.equal(directives.get(name), value, name);
    assert.match(directives.get('ExecReload') ?? '', / reload --wait --control %t\/poetry\/coupletd\.sock$/);
    // V8 compiles at run time.
    assert.equal(directives.get('MemoryDenyWriteExecute'), undefined);
    const sockets = directivesOf(socket);
    assert.deepEqual([sockets.get('Backlog'), sockets.get('FileDescriptorName')], ['4096', 'poetry']);
  });
});
