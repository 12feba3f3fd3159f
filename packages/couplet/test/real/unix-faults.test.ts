import assert from 'node:assert/strict';
import fs, { lstatSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { CannotListenError, Factory, reactor } from 'couplet';
import {
  converse,
  Echo,
  expectRefusal,
  failCall,
  leaveStale,
  namesBeside,
  path,
  replaceCall,
  serve,
  stateOf,
  TIMEOUT,
} from './unix-stage.ts';

describe('R36 a socket that cannot be made', TIMEOUT, () => {
  for (const [name, code, errno, why] of [
    ['mkdirSync', 'EROFS', -30, 'read-only file system'],
    ['openSync', 'EMFILE', -24, 'too many open files'],
    ['chmodSync', 'EIO', -5, 'i/o error'],
    ['renameSync', 'ENOSPC', -28, 'no space left on device'],
    ['linkSync', 'ENOSPC', -28, 'no space left on device'],
  ] as const) {
    test(`R36 leaves nothing behind when ${name} fails`, async () => {
      failCall(name, code, errno);
      await expectRefusal(why);
      assert.deepEqual(namesBeside(), []);
    });
  }
});

describe('R36 what takes the place of the folder in which the socket is made', TIMEOUT, () => {
  /** Where another user would have it. */
  const elsewhere = (): string => `${path}.elsewhere`;
  const { mkdirSync: makeFolder, openSync: openFile } = fs;

  /** In the place of a folder, a link. */
  function swap(found: fs.PathLike): void {
    renameSync(found, `${path}.gone`);
    symlinkSync(elsewhere(), found);
  }

  test('R36 a link is not followed', async () => {
    makeFolder(elsewhere());
    replaceCall('mkdirSync', (made, options) => {
      makeFolder(made, options);
      swap(made);
    });
    await assert.rejects(serve(), CannotListenError);
    assert.deepEqual(readdirSync(elsewhere()), []);
  });

  test('R36 a folder of other users is not used', async () => {
    replaceCall('mkdirSync', (made) => makeFolder(made, 0o777));
    const mask = process.umask(0);
    await expectRefusal('the folder made for the socket is open to other users').finally(() => process.umask(mask));
    assert.deepEqual(namesBeside(), []);
  });

  test('R36 the mode of a file behind a link that comes later stays', async () => {
    makeFolder(elsewhere(), 0o700);
    writeFileSync(`${path}.txt`, 'verse', { mode: 0o400 });
    const before = stateOf(`${path}.txt`);
    replaceCall('openSync', (found, ...rest) => {
      const fd = openFile(found, ...rest);
      swap(found);
      return fd;
    });
    const { chmodSync } = fs;
    replaceCall('chmodSync', (place, mode) => {
      // The socket is in the other folder: the other user puts a link there.
      for (const name of readdirSync(elsewhere())) {
        unlinkSync(join(elsewhere(), name));
        symlinkSync(`${path}.txt`, join(elsewhere(), name));
      }
      chmodSync(place, mode);
    });
    await assert.rejects(reactor.listenUNIX(path, Factory.forProtocol(Echo), { mode: 0o666 }), CannotListenError);
    assert.deepEqual(stateOf(`${path}.txt`), before);
  });
});

describe('R36 a folder without hard links', TIMEOUT, () => {
  for (const [code, errno] of [
    ['EPERM', -1],
    ['EACCES', -13],
    ['ENOTSUP', -95],
    ['ENOSYS', -38],
    ['EMLINK', -31],
  ] as const) {
    test(`R36 link(2) says ${code}: the socket gets its path all the same, and goes with the port`, async () => {
      failCall('linkSync', code, errno);
      const port = await serve();
      assert.equal(lstatSync(path).mode & 0o777, 0o600);
      await converse();
      assert.deepEqual(namesBeside(), ['echo.sock']);
      await port.stopListening();
      assert.deepEqual(namesBeside(), []);
    });
  }

  test('R36 a stale socket is replaced, one that is held stays', async () => {
    await leaveStale(path);
    failCall('linkSync', 'EPERM', -1);
    await serve();
    const held = stateOf(path);
    await expectRefusal('address already in use');
    assert.deepEqual(stateOf(path), held);
    await converse();
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 what is no socket stays', async () => {
    failCall('linkSync', 'EPERM', -1);
    writeFileSync(path, 'verse');
    await expectRefusal('a file that is not a socket has that name');
    assert.equal(readFileSync(path, 'utf8'), 'verse');
    unlinkSync(path);
    symlinkSync(`${path}.none`, path);
    await expectRefusal('a symbolic link has that name');
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 of ports of one process that want a stale socket, one gets it', async () => {
    await leaveStale(path);
    failCall('linkSync', 'EPERM', -1);
    const results = await Promise.allSettled([serve(), serve(), serve()]);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    await converse();
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 what took the place of the socket is not removed with the port', async () => {
    failCall('linkSync', 'EPERM', -1);
    const port = await serve();
    renameSync(path, `${path}.moved`);
    writeFileSync(path, 'verse');
    const foreign = stateOf(path);
    await port.stopListening();
    assert.deepEqual(stateOf(path), foreign);
    assert.deepEqual(namesBeside(), ['echo.sock', 'echo.sock.moved']);
  });

  test('R36 what took the place in that very moment is put back', async () => {
    failCall('linkSync', 'EPERM', -1);
    const port = await serve();
    const { renameSync: rename } = fs;
    let foreign: unknown;
    replaceCall('renameSync', (from, to) => {
      if (foreign === undefined) {
        rename(path, `${path}.moved`);
        writeFileSync(path, 'verse');
        foreign = stateOf(path);
      }
      rename(from, to);
    });
    await port.stopListening();
    assert.deepEqual(stateOf(path), foreign);
    assert.deepEqual(namesBeside(), ['echo.sock', 'echo.sock.moved']);
  });
});
