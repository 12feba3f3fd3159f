import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join } from 'node:path';
import process from 'node:process';
import { describe, mock, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { CannotListenError, Factory, reactor } from 'couplet';
import {
  converse,
  Echo,
  expectRefusal,
  leaveStale,
  namesBeside,
  path,
  ports,
  serve,
  startRival,
  stateOf,
  TIMEOUT,
} from './unix-stage.ts';

/** Looks at the modes of all that is in a folder until it is told to stop, as fast as it can; answers with what it saw. */
const WATCHER = `
  const { lstatSync, readdirSync } = require('node:fs');
  const { parentPort, workerData: { folder, stop } } = require('node:worker_threads');
  const seen = new Set();
  parentPort.postMessage('ready');
  while (Atomics.load(stop, 0) === 0) {
    for (const name of readdirSync(folder)) {
      const found = lstatSync(folder + '/' + name, { throwIfNoEntry: false });
      if (found) seen.add((found.isSocket() ? 'socket ' : 'other ') + (found.mode & 0o777).toString(8));
    }
  }
  parentPort.postMessage([...seen]);
`;

/** Puts a link to the victim in the place of whatever is there, and takes it away, until it is told to stop; tells how often. */
const SWAPPER = `
  const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
  const { parentPort, workerData: { path, victim, stop } } = require('node:worker_threads');
  let swaps = 0;
  parentPort.postMessage('ready');
  while (Atomics.load(stop, 0) === 0) {
    symlinkSync(victim, path + '.link');
    renameSync(path + '.link', path);
    try {
      unlinkSync(path);
    } catch {}
    swaps += 1;
  }
  parentPort.postMessage(swaps);
`;

describe('R36 the socket file', TIMEOUT, () => {
  test('R36 has its mode from the start, under every name, and no other user can reach it before', async () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const watcher = new Worker(WATCHER, { eval: true, workerData: { folder: dirname(path), stop } });
    await once(watcher, 'message');
    const mask = process.umask(0);
    try {
      for (let count = 0; count < 50; count += 1) await (await serve()).stopListening();
      assert.equal(process.umask(), 0);
    } finally {
      process.umask(mask);
      Atomics.store(stop, 0, 1);
    }
    const [seen] = await once(watcher, 'message');
    assert.ok(seen.includes('socket 600'), seen.join(', '));
    // The folder in which it is made, which is there for a moment.
    assert.deepEqual(
      seen.filter((mode: string) => mode !== 'socket 600' && mode !== 'other 700'),
      [],
    );
  });

  test('R36 has the mode that it is to have, also a wider one than the umask leaves', async () => {
    for (const mode of [0o600, 0o666, 0o770]) {
      const port = await reactor.listenUNIX(path, Factory.forProtocol(Echo), { mode });
      assert.equal(lstatSync(path).mode & 0o777, mode);
      await port.stopListening();
    }
  });

  test('R36 is made without a change of what belongs to the whole process, so that a worker can listen as well', async () => {
    const { calls } = mock.method(process, 'umask').mock;
    await serve();
    assert.equal(calls.length, 0);
    const fixture = join(import.meta.dirname, 'fixtures', `unix-worker${extname(import.meta.filename)}`);
    const worker = new Worker(fixture, { workerData: `${path}.2` });
    assert.deepEqual(await once(worker, 'message'), ['listening']);
    await converse(`${path}.2`);
    worker.postMessage('stop');
    await once(worker, 'exit');
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 nothing is left when the port has stopped', async () => {
    const port = await serve();
    assert.deepEqual(namesBeside(), ['echo.sock']);
    await converse();
    await port.stopListening();
    assert.deepEqual(namesBeside(), []);
  });

  test('R36 may have a relative path, also when the process goes elsewhere', async () => {
    const here = process.cwd();
    process.chdir(dirname(path));
    try {
      const port = await serve('echo.sock');
      assert.equal(port.getHost().authority, 'echo.sock');
      await converse();
      process.chdir(here);
      await port.stopListening();
    } finally {
      process.chdir(here);
    }
    assert.deepEqual(namesBeside(), []);
  });

  test('R36 has a path that fits into an address, or an error says so', async () => {
    const base = dirname(path);
    const longest = join(base, 'a'.repeat(107 - base.length - 1));
    await (await serve(longest)).stopListening();
    await expectRefusal('the path needs 108 bytes, 107 is the most', `${longest}a`);
    const deep = join(base, 'd'.repeat(107 - base.length - 3));
    mkdirSync(deep);
    await expectRefusal('the path needs 115 bytes, 107 is the most', join(deep, 'a'));
    assert.deepEqual(readdirSync(deep), []);
  });

  test('R36 cannot be in a folder that is not there', async () => {
    await expectRefusal('no such file or directory', join(dirname(path), 'nowhere', 'echo.sock'));
  });
});

describe('R36 what is there already', TIMEOUT, () => {
  test('R36 a socket whose process was killed is replaced', async () => {
    const child = startRival([path]);
    await child.line(0);
    child.signal('SIGHUP');
    assert.equal(await child.line(1), 'won');
    child.signal('SIGKILL');
    await child.ended;
    const stale = stateOf(path);
    await serve();
    assert.notDeepEqual(stateOf(path), stale);
    await converse();
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 a stale socket is replaced also when its rival was killed over it', async () => {
    await leaveStale(path);
    const claim = join(dirname(path), `.echo.sock.${lstatSync(path).ino.toString(36)}`);
    await leaveStale(claim);
    await serve();
    await converse();
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  test('R36 a socket that somebody holds stays', async () => {
    await serve();
    const held = stateOf(path);
    await expectRefusal('address already in use');
    assert.deepEqual(stateOf(path), held);
    await converse();
    assert.deepEqual(namesBeside(), ['echo.sock']);
  });

  for (const [what, why, make] of [
    ['a file', 'a file that is not a socket has that name', () => writeFileSync(path, 'verse')],
    ['a folder', 'a folder has that name', () => mkdirSync(path)],
    [
      'a link to a file',
      'a symbolic link has that name',
      () => {
        writeFileSync(`${path}.txt`, 'verse');
        symlinkSync(`${path}.txt`, path);
      },
    ],
    ['a link to nothing', 'a symbolic link has that name', () => symlinkSync(`${path}.none`, path)],
    ['a link to a folder', 'a symbolic link has that name', () => symlinkSync(dirname(path), path)],
    [
      'a link to a stale socket',
      'a symbolic link has that name',
      async () => {
        await leaveStale(`${path}.stale`);
        symlinkSync(`${path}.stale`, path);
      },
    ],
    [
      'a link to a socket in use',
      'a symbolic link has that name',
      async () => {
        await serve(`${path}.used`);
        symlinkSync(`${path}.used`, path);
      },
    ],
  ] as const) {
    test(`R36 ${what} stays, and is named`, async () => {
      await make();
      const names = namesBeside();
      const states = names.map((name) => stateOf(join(dirname(path), name)));
      await expectRefusal(why);
      assert.deepEqual(namesBeside(), names);
      assert.deepEqual(
        names.map((name) => stateOf(join(dirname(path), name))),
        states,
      );
      if (names.includes('echo.sock.txt')) assert.equal(readFileSync(`${path}.txt`, 'utf8'), 'verse');
    });
  }
});

describe('R36 what took the place of the socket', TIMEOUT, () => {
  for (const [what, make] of [
    ['a file', () => writeFileSync(path, 'verse')],
    ['a link to where the socket is now', () => symlinkSync(`${path}.moved`, path)],
    ['the socket of somebody else', () => leaveStale(path)],
  ] as const) {
    test(`R36 ${what} is not removed with the port`, async () => {
      const port = await serve();
      renameSync(path, `${path}.moved`);
      await make();
      const foreign = stateOf(path);
      await port.stopListening();
      assert.deepEqual(stateOf(path), foreign);
      assert.deepEqual(namesBeside(), ['echo.sock', 'echo.sock.moved']);
    });
  }

  test('R36 links that are swapped in at any moment are never followed', async () => {
    const victim = `${path}.txt`;
    writeFileSync(victim, 'verse');
    const before = stateOf(victim);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const swapper = new Worker(SWAPPER, { eval: true, workerData: { path, victim, stop } });
    await once(swapper, 'message');
    try {
      for (let count = 0; count < 100; count += 1) {
        const port = await serve().catch((error: unknown) => error);
        if (port instanceof Error) assert.ok(port instanceof CannotListenError, String(port));
        else await ports.at(-1)?.stopListening();
      }
    } finally {
      Atomics.store(stop, 0, 1);
    }
    const [swaps] = await once(swapper, 'message');
    assert.ok(swaps > 0);
    assert.deepEqual(stateOf(victim), before);
    assert.equal(readFileSync(victim, 'utf8'), 'verse');
  });

  test('R36 a port whose file, or folder, is gone stops all the same', async () => {
    const [port, other] = [await serve(), await serve(`${path}.2`)];
    unlinkSync(path);
    await port.stopListening();
    rmSync(dirname(path), { recursive: true });
    await other.stopListening();
  });
});

describe('R36 rivals', TIMEOUT, () => {
  test('R36 of two ports of one process that want a stale socket, one gets it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const place = `${path}.${round}`;
      await leaveStale(place);
      const results = await Promise.allSettled([serve(place), serve(place), serve(place)]);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      await converse(place);
    }
    assert.equal(namesBeside().length, 10);
  });

  test('R36 of two processes that want a stale socket, one gets it', async () => {
    const places = Array.from({ length: 40 }, (_, count) => `${path}.${count}`);
    for (const place of places) await leaveStale(place);
    const rivals = [startRival(places), startRival(places)];
    for (const rival of rivals) await rival.line(0);
    for (const rival of rivals) rival.signal('SIGHUP');
    for (const rival of rivals) assert.equal(await rival.line(places.length + 1), 'done');
    const [one = [], other = []] = rivals.map(({ lines }) => lines.slice(1, -1));
    assert.deepEqual(
      one.map((result, at) => [result, other[at]].sort().join(' ')),
      places.map(() => 'lost won'),
    );
    assert.equal(namesBeside().length, places.length);
    for (const rival of rivals) {
      rival.signal('SIGTERM');
      assert.equal((await rival.ended).code, 0);
    }
    assert.deepEqual(namesBeside(), []);
  });
});
