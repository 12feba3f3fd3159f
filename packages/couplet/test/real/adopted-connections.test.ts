import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { SocketPeer } from 'couplet/testing';
import { flags } from 'couplet-test/runtime';
import { descriptorOf } from './descriptor.ts';

/** Of each test: Deno knows none of a suite. */
const TIMEOUT = { timeout: 15_000 };
const FIXTURE = join(import.meta.dirname, 'fixtures', `adopted-connection${extname(import.meta.filename)}`);
const folder = mkdtempSync(join(tmpdir(), 'couplet-adopted-connections-'));
const children: ChildProcess[] = [];

after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** The fixture in a process of its own, which has these descriptors from 0 on, and 2 for what it prints. */
class Heir {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  #text = '';

  constructor(adopts: readonly number[], stdio: readonly (number | 'pipe' | 'ignore')[]) {
    const child = spawn(process.execPath, [...flags, FIXTURE, ...adopts.map(String)], { stdio: [...stdio] });
    children.push(child);
    this.process = child;
    this.ended = once(child, 'close').then(([code]) => code);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
  }

  /** This end of a descriptor that was made with `pipe`. */
  peer(fd: number): SocketPeer {
    const stream = this.process.stdio[fd];
    assert.ok(stream instanceof Socket);
    return new SocketPeer(stream);
  }

  /** What it printed, by line, once it has ended in order. */
  async told(): Promise<string[]> {
    assert.equal(await this.ended, 0, this.#text);
    return this.#text.split('\n').slice(0, -1);
  }
}

/** Two ends of a connection, over TCP or a UNIX socket; the first is that of the server. */
async function connected(path?: string): Promise<[accepted: Socket, client: Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const where = path === undefined ? { port: (server.address() as AddressInfo).port, host: '127.0.0.1' } : { path };
  const client = connect({ ...where, allowHalfOpen: true });
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  return [accepted, client];
}

describe('connections that a process inherits', () => {
  test('R57 one end of a socket pair is a connection', TIMEOUT, async () => {
    const heir = new Heir([3], ['ignore', 'ignore', 'pipe', 'pipe']);
    const peer = heir.peer(3);
    peer.send('verse');
    assert.equal(String(await peer.read(5)), 'verse');
    peer.end();
    assert.deepEqual(await heir.told(), ["made UNIXAddress('') UNIXAddress('')", 'lost ConnectionDone']);
  });

  test('R57 a connected TCP socket is a connection with its addresses', TIMEOUT, async () => {
    const [accepted, client] = await connected();
    const heir = new Heir([3], ['ignore', 'ignore', 'pipe', descriptorOf(accepted)]);
    const { localPort, remotePort } = client;
    accepted.destroy();
    const poem = Buffer.alloc(1_000_000, 'verse');
    client.end(poem);
    const received: Buffer[] = [];
    for await (const chunk of client) received.push(chunk);
    assert.deepEqual(Buffer.concat(received), poem);
    const address = (port: number | undefined): string => `IPv4Address(type='TCP', host='127.0.0.1', port=${port})`;
    assert.deepEqual(await heir.told(), [`made ${address(remotePort)} ${address(localPort)}`, 'lost ConnectionDone']);
  });

  test('R57 a connected UNIX socket is a connection with its path', TIMEOUT, async () => {
    const path = join(folder, 'connection.sock');
    const [accepted, client] = await connected(path);
    const heir = new Heir([3], ['ignore', 'ignore', 'pipe', descriptorOf(accepted, path)]);
    accepted.destroy();
    client.end('verse');
    const [chunk] = await once(client, 'data');
    assert.equal(String(chunk), 'verse');
    assert.deepEqual(await heir.told(), [`made UNIXAddress('${path}') UNIXAddress('')`, 'lost ConnectionDone']);
  });

  test('R57 a connection that is standard input, as inetd passes it, is closed with it', TIMEOUT, async () => {
    const [accepted, client] = await connected();
    const heir = new Heir([0], [descriptorOf(accepted), 'ignore', 'pipe']);
    accepted.destroy();
    client.end('verse');
    client.resume();
    await once(client, 'end');
    assert.match((await heir.told())[1] ?? '', /^lost ConnectionDone$/);
  });

  test('R57 two are connections of one factory', TIMEOUT, async () => {
    const heir = new Heir([3, 4], ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']);
    const peers = [heir.peer(3), heir.peer(4)];
    for (const [at, peer] of peers.entries()) {
      peer.send(`${at}`);
      assert.equal(String(await peer.read(1)), `${at}`);
    }
    for (const peer of peers) peer.end();
    assert.equal((await heir.told()).length, 4);
  });

  test('R57 a reset of the peer is told', TIMEOUT, async () => {
    const [accepted, client] = await connected();
    const heir = new Heir([3], ['ignore', 'ignore', 'pipe', descriptorOf(accepted)]);
    accepted.destroy();
    client.write('x');
    await once(client, 'data');
    client.resetAndDestroy();
    assert.match((await heir.told())[1] ?? '', /^lost ConnectionLost$/);
  });

  test('R57 what is no connection is named', TIMEOUT, async () => {
    const file = openSync(join(folder, 'file'), 'w');
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const heir = new Heir([3, 4, 99], ['ignore', 'ignore', 'pipe', file, descriptorOf(listening)]);
    assert.deepEqual(await heir.told(), [
      'ConnectError: descriptor 3: it is not a socket, a pipe or a terminal',
      'ConnectError: descriptor 4: the socket is not connected',
      'ConnectError: descriptor 99: bad file descriptor',
    ]);
    listening.close();
    closeSync(file);
  });
});
