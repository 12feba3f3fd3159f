import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, existsSync, linkSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { open } from 'couplet';
import { runtime } from 'couplet-test/runtime';
import { Child } from './child.ts';
import { descriptorOf } from './descriptor.ts';

const TIMEOUT = { timeout: 15_000 };
const folder = mkdtempSync(join(tmpdir(), 'couplet-adopted-'));
const path = join(folder, 'echo.sock');

/** Passes when whoever listens there answers. */
async function converse(place: string): Promise<void> {
  await using connection = await open(place);
  await connection.write('verse\r\n');
  for await (const line of connection.lines()) {
    assert.equal(String(line), 'verse');
    break;
  }
}

/** As a service manager does it: three descriptors, and an environment that says so to this one process. */
const MANAGER = 'LISTEN_PID=$$ LISTEN_FDS=3 LISTEN_FDNAMES=web:admin:web exec "$@"';

describe('R35 sockets that another process has opened', TIMEOUT, () => {
  const children: Child[] = [];
  const file = openSync(join(folder, 'file'), 'w');
  let port = 0;

  /** The sockets are the program's alone once it has them. */
  async function start(places: readonly string[]): Promise<Child> {
    const inet = createServer().listen(0, '127.0.0.1');
    const unix = createServer().listen(`${path}~`);
    await Promise.all([once(inet, 'listening'), once(unix, 'listening')]);
    port = (inet.address() as AddressInfo).port;
    // The runtime removes the name that it bound.
    rmSync(path, { force: true });
    linkSync(`${path}~`, path);
    const descriptors = [descriptorOf(inet), descriptorOf(unix), file];
    const child = new Child('adopted', places, ['sh', '-c', MANAGER, 'sh'], descriptors);
    children.push(child);
    for (const server of [inet, unix]) server.close();
    return child;
  }

  after(() => {
    for (const child of children) if (child.alive) child.signal('SIGKILL');
    closeSync(file);
    rmSync(folder, { recursive: true });
  });

  for (const [how, places] of [
    ['by their numbers', ['fd:3', 'fd:4']],
    ['by index', ['systemd:domain=INET:index=0', 'systemd:domain=UNIX:index=1']],
    ['by name', ['systemd:name=web:index=0', 'systemd:name=admin']],
  ] as const) {
    test(`R35 serve ${how}`, async () => {
      const child = await start(places);
      assert.equal(await child.line(0), `IPv4Address(type='TCP', host='127.0.0.1', port=${port})`);
      assert.equal(await child.line(1), `UNIXAddress('${path}~')`);
      await converse(`tcp:127.0.0.1:${port}`);
      await converse(`unix:${path}`);
      child.signal('SIGTERM');
      assert.equal((await child.ended).code, 0);
      // R36: only the process that bound it removes the file.
      assert.equal(existsSync(path), true);
    });
  }

  test('R35 two processes share a socket, and one goes on when the other leaves', async () => {
    const inet = createServer().listen(0, '127.0.0.1');
    await once(inet, 'listening');
    const { port: shared } = inet.address() as AddressInfo;
    const pair = ['fd:3', 'fd:3'].map((place) => new Child('adopted', [place], [], [descriptorOf(inet)]));
    children.push(...pair);
    await Promise.all(pair.map((child) => child.line(0)));
    inet.close();
    const place = `tcp:127.0.0.1:${shared}`;
    for (const child of pair) {
      for (let visit = 0; visit < 5; visit += 1) await converse(place);
      child.signal('SIGTERM');
      assert.equal((await child.ended).code, 0);
    }
  });

  test('R35 what is no such socket is named', async () => {
    const child = await start([
      'fd:5',
      'fd:99',
      'fd:2',
      'systemd:domain=UNIX:index=0',
      'systemd:name=web',
      'fd:4',
      'fd:4',
    ]);
    const failure = 'CannotListenError: cannot listen on';
    for (const [at, line] of [
      'descriptor 5: it is not a socket',
      'descriptor 99: bad file descriptor',
      // Children of Deno have pipes there, others sockets.
      `descriptor 2: ${runtime === 'deno' ? 'it is not a socket' : 'invalid argument'}`,
      'systemd:index=0: its family is IPv4, not UNIX',
      "systemd:name=web: 2 descriptors are named 'web': an index from 0 to 1 chooses one",
    ].entries())
      assert.equal(await child.line(at), `${failure} ${line}`);
    assert.equal(await child.line(5), `UNIXAddress('${path}~')`);
    assert.equal(await child.line(6), `${failure} descriptor 4: this process already uses it`);
    child.signal('SIGTERM');
    assert.equal((await child.ended).code, 0);
  });
});
