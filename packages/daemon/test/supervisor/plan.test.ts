import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GroupPlan, planOf } from '../../src/supervisor/plan.ts';
import { type Disk, loadedFrom } from './stage.ts';

function planned(disk: Partial<Disk>): readonly GroupPlan[] {
  const { description, configuration } = loadedFrom(disk);
  return planOf(description, configuration);
}

/** The fingerprints of the groups `a` and `b`. */
function fingerprints(disk: Partial<Disk>): readonly [a: string | undefined, b: string | undefined] {
  const [a, b] = planned(disk);
  return [a?.fingerprint, b?.fingerprint];
}

const apart = {
  options: { topology: 'apart' as const, workers: 2 },
  services: { a: ['tcp:1'], b: ['tcp:2'], 'b/c': ['tcp:3'] },
};

describe('the groups of an application', () => {
  test('together are one, with all services at the top and all sockets', () => {
    const [group, ...others] = planned({ ...apart, options: { workers: 2 } });
    assert.deepEqual(others, []);
    assert.deepEqual([group?.name, group?.services, group?.workers], ['app', ['a', 'b'], 2]);
    assert.deepEqual(
      group?.sockets.map(({ text }) => text),
      ['tcp:1', 'tcp:2', 'tcp:3'],
    );
  });

  test('apart are one for each service at the top, with its own number of workers', () => {
    const groups = planned({ ...apart, settings: { b: { workers: 3 } } });
    assert.deepEqual(
      groups.map(({ name, services, workers, sockets }) => [name, services, workers, sockets.length]),
      [
        ['a', ['a'], 2, 1],
        ['b', ['b'], 3, 2],
      ],
    );
  });

  test('with 0 workers are one that binds nothing beforehand', () => {
    const [group, ...others] = planned({ ...apart, options: { workers: 0, topology: 'apart' } });
    assert.deepEqual(others, []);
    assert.deepEqual([group?.workers, group?.sockets], [1, []]);
  });

  test('keep the socket of port 0 apart from others of port 0, by service', () => {
    const [group] = planned({ services: { a: ['tcp:0', 'tcp:0'], b: ['tcp:0'] } });
    assert.equal(new Set(group?.sockets.map(({ id }) => id)).size, 3);
  });
});

describe('a plan refuses', () => {
  test('R-D30 one place twice, however it is written, with all such in one line', () => {
    const services = { a: ['tcp:8007'], b: ['tcp:port=8007', 'unix:/a.sock'], c: ['unix:/a.sock'] };
    assert.throws(() => planned({ services }), {
      name: 'CommandError',
      status: 78,
      message:
        "b listens on 'tcp:port=8007', the same place as 'tcp:8007' of a; c listens on 'unix:/a.sock', the same place as 'unix:/a.sock' of b",
    });
    assert.throws(() => planned({ services, options: { topology: 'apart' } }), /, the same place as/);
  });

  test('R-D30 to accept spread at anything but TCP', () => {
    const options = { accept: 'spread' as const };
    assert.doesNotThrow(() => planned({ options, services: { a: ['tcp:1'] } }));
    assert.throws(
      () => planned({ options, services: { a: ['unix:/a.sock'] } }),
      /'unix:\/a.sock' cannot be accepted spread/,
    );
    assert.throws(() => planned({ options, services: { a: ['systemd:index=0'] } }), /cannot be accepted spread/);
  });

  test('what workers cannot share', () => {
    assert.throws(
      () => planned({ services: { a: ['stdio:'] } }),
      /^CommandError: a listens on 'stdio:', which workers cannot share/,
    );
    const { description, configuration } = loadedFrom({ options: { workers: 2 } });
    const services = description.services.map((service) => ({ ...service, ownEndpoints: 1 }));
    assert.throws(
      () => planOf({ ...description, services }, configuration),
      /opens itself, so it cannot have 2 workers/,
    );
  });
});

describe('R-D5 the fingerprint of a group', () => {
  const before = fingerprints(apart);

  test('is the same for the same', () => assert.deepEqual(fingerprints(apart), before));

  test('differs for other code, in all groups', () => {
    const after = fingerprints({ ...apart, code: 'b' });
    assert.notEqual(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });

  test('differs for the settings of a service within it, in that group only', () => {
    const after = fingerprints({ ...apart, settings: { 'b/c': { idleTimeoutMs: 5 } } });
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });

  test('differs for another number of workers of a service, in that group only', () => {
    const after = fingerprints({ ...apart, settings: { b: { workers: 5 } } });
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });

  test('is the same for other certificates', () => {
    assert.deepEqual(fingerprints({ ...apart, certificates: { '/c': 'x' } }), before);
  });

  test('always differs where imports cannot be recorded', () => {
    const { description, configuration } = loadedFrom(apart);
    const { files: _files, ...unknown } = description;
    const [one, two] = [1, 2].map(() => planOf(unknown, configuration)[0]?.fingerprint);
    assert.notEqual(one, two);
  });
});
