import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { reactor } from 'couplet';
import { findControl } from '../../src/control/find.ts';
import { placeOfControl } from '../../src/control/place.ts';
import { ControlServer } from '../../src/control/server.ts';
import { folder, report, Stage } from './stage.ts';

const { path: place, remove } = folder();
after(remove);
const [unit, session, run, open, sticky, shared] = ['unit', 'session', 'run', 'open', 'sticky', 'shared'].map(
  (name) => {
    const path = join(place, name);
    mkdirSync(path);
    return path;
  },
);
chmodSync(String(open), 0o757);
chmodSync(String(sticky), 0o1777);
chmodSync(String(shared), 0o775);
writeFileSync(join(place, 'file'), '');
symlinkSync(String(sticky), join(place, 'link'));

const uid = process.geteuid?.() ?? 0;
const options = { rundir: run ?? '' };

describe('where the control socket is', () => {
  for (const [what, given, environment, user, expected] of [
    [
      'the folder of the unit',
      {},
      { RUNTIME_DIRECTORY: `${unit}:${open}`, XDG_RUNTIME_DIR: session },
      uid,
      `${unit}/coupletd.sock`,
    ],
    [
      'the folder of the session',
      {},
      { RUNTIME_DIRECTORY: '', XDG_RUNTIME_DIR: session },
      uid,
      `${session}/coupletd-poetry.sock`,
    ],
    ['/run for root', {}, {}, 0, '/run/coupletd-poetry.sock'],
    ['else the rundir', {}, {}, uid === 0 ? 7 : uid, `${run}/coupletd-poetry.sock`],
    ['what --control says', { control: 'x.sock' }, { RUNTIME_DIRECTORY: unit }, uid, `${run}/x.sock`],
    ['nowhere by none', { control: 'none' }, { RUNTIME_DIRECTORY: unit }, uid, undefined],
  ] as const)
    test(`is ${what}`, () => {
      const becomes = uid;
      assert.equal(placeOfControl({ ...options, ...given }, 'poetry', environment, { uid: user, becomes }), expected);
    });

  const long = join(String(run), 'x'.repeat(120));
  for (const [what, control, why] of [
    ['a folder that all can write to', `${open}/a`, `other users can write to ${open} (mode 0757), not only its owner`],
    ['a sticky one too', `${sticky}/a`, `other users can write to ${sticky} (mode 1777), not only its owner`],
    ['one behind a link', `${place}/link/a`, `other users can write to ${place}/link (mode 1777), not only its owner`],
    [
      'a folder that its group can write to',
      `${shared}/a`,
      `other users can write to ${shared} (mode 0775), not only its owner`,
    ],
    ['a missing folder', `${place}/none/a`, `${place}/none: no such file or directory`],
    ['a file as its folder', `${place}/file/a`, `${place}/file is not a folder`],
    ['a path of more than 107 bytes', long, `the path has ${long.length} bytes, not at most 107`],
  ] as const)
    test(`refuses ${what}: 73`, () => {
      assert.throws(() => placeOfControl({ ...options, control }, 'poetry', {}), {
        status: 73,
        message: `no control socket at ${control}: ${why}`,
      });
    });

  test('refuses a name that would lead elsewhere: 78', () => {
    assert.throws(() => placeOfControl(options, '../x', { XDG_RUNTIME_DIR: session }), {
      status: 78,
      message: "the name '../x' is not 1 to 64 letters, digits, -, _ and .: --name gives another",
    });
  });

  test('refuses the folder of a stranger: 73', { skip: uid !== 0 && 'needs root' }, () => {
    const foreign = join(place, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, 12_345, 0);
    const given = { ...options, control: join(foreign, 'a') };
    assert.throws(() => placeOfControl(given, 'poetry', {}), {
      status: 73,
      message: `no control socket at ${foreign}/a: ${foreign} belongs to user 12345, not to root or user 0`,
    });
    assert.equal(placeOfControl(given, 'poetry', {}, { becomes: 12_345 }), `${foreign}/a`);
  });
});

describe('which daemon a command is for', { timeout: 15_000 }, () => {
  const here = { directory: String(run), uid: 1 + uid, becomes: uid };
  const environment = { RUNTIME_DIRECTORY: unit, XDG_RUNTIME_DIR: session };
  const servers: ControlServer[] = [];
  async function start(path: string, name: string): Promise<string> {
    const stage = new Stage();
    stage.now = report({ name });
    servers.push(await ControlServer.claim(reactor, path, stage));
    return path;
  }
  after(() => Promise.all(servers.map((server) => server.close())));

  test('none runs: 69', async () => {
    await assert.rejects(findControl({}, environment, here), {
      status: 69,
      message: `not running: no daemon in ${unit}, ${session}, /run, ${run}; --control names another place`,
    });
    await assert.rejects(findControl({ name: 'poetry' }, {}, here), {
      status: 69,
      message: `not running: no daemon with the name 'poetry' in /run, ${run}; --control names another place`,
    });
  });

  test('the only one; then by its name or path; without either: 64', async () => {
    const first = await start(join(String(session), 'coupletd-poetry.sock'), 'poetry');
    assert.equal(await findControl({}, environment, here), first);
    const second = await start(join(String(unit), 'coupletd.sock'), 'chat');
    assert.equal(await findControl({ name: 'poetry' }, environment, here), first);
    assert.equal(await findControl({ name: 'chat' }, environment, here), second);
    assert.equal(
      await findControl({ control: 'x.sock', name: 'chat' }, environment, here),
      join(String(run), 'x.sock'),
    );
    await assert.rejects(findControl({}, environment, here), {
      status: 64,
      message: `several daemons run: ${second}, ${first}; say which by --control PATH`,
    });
  });

  test('one that others could have put there does not count', async () => {
    await start(join(String(sticky), 'coupletd-fake.sock'), 'fake');
    await assert.rejects(findControl({ name: 'fake' }, { XDG_RUNTIME_DIR: sticky }, here), { status: 69 });
  });
});
