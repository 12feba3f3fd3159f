import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'couplet';
import { ConnectError, open } from 'couplet';
import { Child } from '../real/child.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-systemd-'));
const children: Child[] = [];

after(() => {
  for (const child of children) if (child.alive) child.signal('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Connects as soon as the manager listens. */
async function openSoon(place: string): Promise<Connection> {
  for (;;) {
    try {
      return await open(place);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      await delay(20);
    }
  }
}

/** Passes when whoever listens there answers. */
async function converse(place: string): Promise<void> {
  await using connection = await openSoon(place);
  await connection.write('verse\r\n');
  for await (const line of connection.lines()) {
    assert.equal(String(line), 'verse');
    break;
  }
}

describe('systemd-socket-activate', { timeout: 30_000 }, () => {
  for (const [how, names, places] of [
    ['by index', [], ['systemd:domain=UNIX:index=0', 'systemd:domain=UNIX:index=1']],
    ['by name', ['--fdname=web:admin'], ['systemd:name=web', 'systemd:name=admin']],
  ] as const) {
    test(`R35 the sockets that systemd opened serve ${how}, from the connection on that woke the program`, async () => {
      const paths = ['a', 'b'].map((name) => join(folder, `${how}-${name}.sock`));
      const listen = paths.map((path) => `--listen=${path}`);
      const child = new Child('adopted', places, ['systemd-socket-activate', ...listen, ...names]);
      children.push(child);
      for (const path of paths) await converse(`unix:${path}`);
      assert.deepEqual(
        child.lines,
        paths.map((path) => `UNIXAddress('${path}')`),
      );
      child.signal('SIGTERM');
      assert.equal((await child.ended).code, 0);
    });
  }
});
