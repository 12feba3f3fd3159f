import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Frame } from 'couplet-inspector';
import { selfSigned } from '../certificate.ts';
import { run } from '../run.ts';
import { Client } from './client.ts';
import type { Daemon } from './daemon.ts';
import { Stage } from './stage.ts';

/** The program that shows an inspector in a terminal. */
const TOP = fileURLToPath(new URL('bin/couplet-top.js', import.meta.resolve('couplet-inspector/package.json')));

/** What a daemon says of its inspector, where standard error is no terminal. */
async function addressOf(daemon: Daemon): Promise<{ file: string; url: URL; token: string }> {
  const { msg, host } = await daemon.event('inspector.ready');
  const [, file = ''] = /^inspector: the file (.+) has its address$/.exec(`${msg}`) ?? [];
  const url = new URL(readFileSync(file, 'utf8'));
  assert.equal(`${host}`, `${url.origin}/`);
  const token = url.hash.slice('#token='.length);
  assert.match(token, /^[\da-f]{32}$/);
  return { file, url, token };
}

async function frameOf({ url, token }: { url: URL; token: string }, search = ''): Promise<Frame> {
  const response = await fetch(new URL(`/frame?view=connections${search}`, url), {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 200);
  return JSON.parse(await response.text());
}

/** The process that a frame is of. */
function shownBy({ processes = [] }: Frame): number | undefined {
  return processes.find(({ shown }) => shown)?.pid;
}

describe('coupletd run --inspect', { timeout: 240_000 }, () => {
  test('shows two workers through one address, over a reload, until the end', async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '2', '--inspect']);
    const port = await daemon.ready();
    const address = await addressOf(daemon);
    assert.equal(statSync(address.file).mode & 0o777, 0o600);
    await daemon.complaint(/^coupletd: inspector: the file .+ has its address$/m);
    assert.doesNotMatch(JSON.stringify(daemon.lines) + daemon.errors, new RegExp(address.token));
    const clients = new Map<number, number>();
    const open: Client[] = [];
    while (clients.size < 2) {
      const client = new Client(port, 'stay');
      open.push(client);
      const pid = Number(await client.answered());
      clients.set(pid, (clients.get(pid) ?? 0) + 1);
    }
    for (const slot of [1, 2]) {
      const frame = await frameOf(address, `&slot=${slot}`);
      const { pid } = frame.processes?.find((one) => one.slot === slot) ?? {};
      assert.equal(shownBy(frame), pid);
      assert.equal(frame.rows.length, clients.get(pid ?? 0));
      assert.equal(frame.processes?.length, 2);
      // It listens for its services alone: who looks at it comes through the supervisor.
      assert.deepEqual(
        frame.ports
          .filter(({ listening }) => listening)
          .map(({ host }) => host)
          .sort(),
        daemon
          .all('listening')
          .flatMap((line) => (line.pid === pid ? [line.host] : []))
          .sort(),
      );
    }
    const [killed = 0] = daemon.workers;
    process.kill(killed, 'SIGKILL');
    await daemon.event('worker.ready', {}, 3);
    const successor = shownBy(await frameOf(address, `&slot=1&generation=1&pid=${killed}`));
    assert.ok(successor !== undefined && successor !== killed, `${successor} is shown in place of ${killed}`);
    assert.equal((await daemon.ask('reload', '--wait', '--force')).status, 0);
    const later = await frameOf(address, '&slot=1&generation=2');
    assert.deepEqual(later.processes?.find(({ shown }) => shown)?.generation, 2);
    for (const { socket } of open) socket.destroy();
    daemon.signal('SIGTERM');
    assert.equal((await daemon.ended).status, 0);
    assert.ok(!existsSync(address.file));
    await assert.rejects(fetch(address.url));
  });

  test('shows the one process there is without workers', async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '0', '--inspect=unix:inspector.sock']);
    const port = await daemon.ready();
    const path = join(stage.folder, 'inspector.sock');
    const { host, msg } = await daemon.event('inspector.ready');
    assert.deepEqual([host, msg], ['unix:inspector.sock', 'inspector: unix:inspector.sock']);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const top = await run([process.execPath, TOP, `unix:${path}`, '--once', '--json']);
    assert.deepEqual([top.status, top.errors], [0, '']);
    const { ports, processes }: Frame = JSON.parse(top.output);
    assert.ok(ports.some(({ host }) => host === `127.0.0.1:${port}`));
    assert.equal(processes, undefined);
    daemon.signal('SIGTERM');
    assert.equal((await daemon.ended).status, 0);
    assert.ok(!existsSync(path));
  });

  test('speaks TLS where its endpoint says so', async (t) => {
    const stage = new Stage(t);
    const { cert, key } = await selfSigned('2090-01-01T00:00:00Z');
    stage.write('key.pem', key);
    const ca = stage.write('cert.pem', cert);
    const daemon = stage.run(['--inspect=tls:0:interface=127.0.0.1:cert=cert.pem:key=key.pem']);
    await daemon.ready();
    const { file, url, token } = await addressOf(daemon);
    const top = await run([process.execPath, TOP, '--token-file', file, '--once', '--json'], {
      NODE_EXTRA_CA_CERTS: ca,
    });
    assert.deepEqual([top.status, top.errors], [0, '']);
    assert.equal(JSON.parse(top.output).processes.length, 1);
    for (const [origin, status] of [
      [url.origin, 200],
      [url.origin.replace('https:', 'http:'), 403],
    ] as const) {
      const headers = { authorization: `Bearer ${token}`, origin };
      const asked = request(new URL('/frame', url), { ca: cert, headers, agent: false }).end();
      const [response] = await once(asked, 'response');
      response.resume();
      assert.equal(response.statusCode, status, origin);
    }
    daemon.signal('SIGTERM');
    assert.equal((await daemon.ended).status, 0);
  });

  test('refuses a place where others could look, in one line', async (t) => {
    const daemon = new Stage(t).run(['--inspect=tcp:0']);
    const { status, errors } = await daemon.ended;
    assert.equal(status, 78);
    assert.match(errors, /^coupletd: inspect: [^\n]+\n$/);
  });
});
