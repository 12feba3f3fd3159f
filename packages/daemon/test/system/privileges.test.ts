import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Identity } from '../../src/ipc/messages.ts';
import { identityOf } from '../../src/system/identity.ts';
import { flawOfStatus } from '../../src/system/privileges.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import { commandOf, NOT_ROOT, run } from '../run.ts';

const CURRENT = { uid: 1000, gid: 1001 };

function dropTo(identity: Identity, environment: NodeJS.ProcessEnv = {}) {
  return run(commandOf(import.meta.dirname, 'drop', [JSON.stringify(identity)]), environment);
}

describe('an identity', () => {
  test('is not asked for without an option', () => {
    assert.equal(identityOf({}, CURRENT), undefined);
  });

  test('is read from names and numbers; the user alone takes its own group, and no other', () => {
    assert.deepEqual(identityOf({ uid: 'daemon' }, CURRENT), { uid: 1, gid: 1, groups: [] });
    assert.deepEqual(identityOf({ uid: '1' }, CURRENT), { uid: 1, gid: 1, groups: [] });
    assert.deepEqual(identityOf({ uid: 'daemon', gid: 'sys' }, CURRENT), { uid: 1, gid: 3, groups: [] });
    assert.deepEqual(identityOf({ uid: '4000001', gid: '0', groups: ['adm', '7'] }, CURRENT), {
      uid: 4_000_001,
      gid: 0,
      groups: [4, 7],
    });
    assert.deepEqual(identityOf({ gid: 'sys' }, CURRENT), { uid: 1000, gid: 3, groups: [] });
    assert.deepEqual(identityOf({ groups: ['7'] }, CURRENT), { uid: 1000, gid: 1001, groups: [7] });
  });

  for (const [options, line, status] of [
    [{ uid: '4000001' }, '--uid 4000001: this user has no group of its own here; add --gid', 77],
    [{ uid: 'root' }, '--uid root: the group of this user is 0; add --gid 0 to have it', 77],
    [{ uid: 'no-such-user' }, '--uid no-such-user: there is no such user', 78],
    [{ uid: '' }, '--uid : there is no such user', 78],
    [{ uid: '4294967295', gid: '1' }, '--uid 4294967295: there is no such user', 78],
    [{ uid: '-1', gid: '1' }, '--uid -1: there is no such user', 78],
    [{ gid: '--version' }, '--gid --version: there is no such group', 78],
    [{ gid: '1', groups: ['adm', 'no-such-group'] }, '--groups no-such-group: there is no such group', 78],
  ] as const)
    test(`${JSON.stringify(options)} is refused with ${status}`, () => {
      assert.throws(
        () => identityOf(options, CURRENT),
        (error) => error instanceof CommandError && error.message === line && error.status === status,
      );
    });
});

describe('the drop of privileges', { timeout: 20_000 }, () => {
  for (const [what, identity, ids, back] of [
    ['no group', { uid: 65_534, gid: 65_533, groups: [] }, ['65534', '65533', ''], ['EPERM', 'EPERM', 'EPERM']],
    ['other groups', { uid: 1, gid: 2, groups: [7, 11] }, ['1', '2', '7 11'], ['EPERM', 'EPERM', 'EPERM']],
    ['the group 0', { uid: 1, gid: 0, groups: [] }, ['1', '0', ''], ['EPERM', 'allowed', 'EPERM']],
  ] as const)
    test(`R-D18 with ${what} leaves no privilege in any thread, and no way back`, { skip: NOT_ROOT }, async () => {
      const { status, output, errors } = await dropTo(identity);
      assert.deepEqual([status, errors], [0, '']);
      const seen: { threads: string[][]; back: string[] } = JSON.parse(output);
      const [uid, gid, groups] = ids;
      const four = (id: string): string => `${id} ${id} ${id} ${id}`;
      assert.ok(seen.threads.length > 5);
      for (const thread of seen.threads)
        assert.deepEqual(thread, [four(uid), four(gid), groups, '0000000000000000', '0000000000000000']);
      assert.deepEqual(seen.back, back);
    });

  test('R-D18 is refused with 77 where it is not allowed', { skip: NOT_ROOT }, async () => {
    const command = commandOf(import.meta.dirname, 'drop', [JSON.stringify({ uid: 1, gid: 1, groups: [] })]);
    const { status, errors } = await run(['setpriv', '--reuid=2', '--regid=2', '--clear-groups', ...command]);
    assert.deepEqual(
      [status, errors],
      [
        77,
        'cannot become uid 1, gid 1 and the groups (none): operation not permitted; start as root, or leave --uid, ' +
          '--gid and --groups out\n',
      ],
    );
  });

  test('R-D18 is nothing for a process that is that one already', { skip: NOT_ROOT }, async () => {
    const command = commandOf(import.meta.dirname, 'drop', [JSON.stringify({ uid: 2, gid: 3, groups: [] })]);
    const { status, errors } = await run(['setpriv', '--reuid=2', '--regid=3', '--clear-groups', ...command]);
    assert.deepEqual([status, errors], [0, '']);
  });

  test('R-D18 is refused with 71 when a capability is kept', { skip: NOT_ROOT }, async () => {
    const command = commandOf(import.meta.dirname, 'drop', [JSON.stringify({ uid: 1, gid: 1, groups: [] })]);
    const { status, errors } = await run(['setpriv', '--securebits=+no_setuid_fixup', ...command]);
    assert.equal(status, 71);
    assert.match(errors, /^cannot become uid 1, gid 1 and the groups \(none\): thread \d+ has Cap\w+ [0-9a-f]+\n$/);
  });

  test('R-D18 looks at each id and capability of a thread', () => {
    const identity = { uid: 5, gid: 6, groups: [7] };
    const right: [string, string[]][] = [
      ['Uid', ['5', '5', '5', '5']],
      ['Gid', ['6', '6', '6', '6']],
      ['Groups', ['6', '7']],
      ['CapPrm', ['0000']],
      ['CapEff', ['0000']],
      ['CapAmb', ['0000']],
    ];
    assert.equal(flawOfStatus(new Map(right), identity), undefined);
    for (const [name, wrong] of [
      ['Uid', ['5', '5', '0', '5']],
      ['Gid', ['6', '6', '6', '0']],
      ['Groups', ['0', '7']],
      ['Groups', []],
      ['CapPrm', ['0400']],
      ['CapEff', ['0001']],
      ['CapAmb', ['0400']],
    ] as const) {
      const flaw = flawOfStatus(new Map<string, readonly string[]>([...right, [name, wrong]]), identity);
      assert.equal(flaw, `${name} ${wrong.join(' ')}`);
      assert.notEqual(flawOfStatus(new Map(right.filter(([one]) => one !== name)), identity), undefined);
    }
  });

  test('R-D19 with io_uring it is refused with 78 in one line', { skip: NOT_ROOT }, async () => {
    const identity = { uid: 1, gid: 1, groups: [] };
    const { status, errors } = await dropTo(identity, { UV_USE_IO_URING: '1' });
    assert.deepEqual(
      [status, errors],
      [78, 'UV_USE_IO_URING is set, and privileges cannot be dropped with it: unset it\n'],
    );
    assert.equal((await dropTo(identity, { UV_USE_IO_URING: '0' })).status, 0);
  });

  test('a privileged process with NODE_OPTIONS does not start', { skip: NOT_ROOT }, async () => {
    const identity = { uid: 1, gid: 1, groups: [] };
    const { status, errors } = await dropTo(identity, { NODE_OPTIONS: '--no-warnings' });
    assert.equal(status, 78);
    assert.match(errors, /^NODE_OPTIONS is set, [^\n]*--node-option for workers\n$/);
    const command = commandOf(import.meta.dirname, 'drop', [JSON.stringify({ uid: 2, gid: 3, groups: [] })]);
    const unprivileged = ['setpriv', '--reuid=2', '--regid=3', '--clear-groups', ...command] as const;
    assert.equal((await run(unprivileged, { NODE_OPTIONS: '--no-warnings' })).status, 0);
  });
});
