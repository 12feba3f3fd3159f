import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NativeBackend } from 'couplet/native';
import type { SocketName } from '../../src/seam/address.ts';
import type { Cause } from '../../src/seam/cause.ts';
import type { Listener, ListenPlace } from '../../src/seam/streams.ts';
import type { Sink, Wire } from '../../src/seam/wire.ts';
import { run } from './program.ts';

const backend = new NativeBackend();
const folder = mkdtempSync(join(tmpdir(), 'couplet-native-'));
after(() => rmSync(folder, { recursive: true }));

/** A sink that writes down what it is told. */
class Ear implements Sink {
  readonly log: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly wire: Wire;
  /** Who the peer was at first. */
  readonly peer: SocketName | undefined;
  #told: (() => void)[] = [];

  constructor(wire: Wire) {
    this.wire = wire;
    this.peer = wire.peer;
  }

  get received(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  #write(line: string): void {
    this.log.push(line);
    for (const told of this.#told.splice(0)) told();
  }

  /** Resolves when the last line is this one. */
  async hears(line: string): Promise<void> {
    while (this.log.at(-1) !== line) await new Promise<void>((resolve) => this.#told.push(resolve));
  }

  onData(chunk: Buffer): void {
    this.chunks.push(chunk);
    if (this.log.at(-1) !== 'data') this.#write('data');
  }
  onEof(): void {
    this.#write('end');
  }
  onWritable(): void {
    this.#write('writable');
  }
  onWriteFailed({ kind, code }: Cause): void {
    this.#write(`refused ${kind} ${code}`);
  }
  onSecured(): Sink {
    return this;
  }
  onClosed({ kind, code }: Cause): void {
    this.#write(`closed ${kind} ${code}`);
  }
}

const TCP = { kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 16 } as const;

/** Listens; `ears` has those of the connections, and `failures` what was told. */
async function listen(
  place: ListenPlace = TCP,
): Promise<{ listener: Listener; ears: Ear[]; failures: string[]; port: number }> {
  const ears: Ear[] = [];
  const failures: string[] = [];
  const listener = await backend.streams.listen(place, {
    onAccepted: (wire) => {
      const ear = new Ear(wire);
      ears.push(ear);
      return ear;
    },
    onAcceptFailed: ({ code }) => failures.push(code),
  });
  assert.ok(!('kind' in listener), JSON.stringify(listener));
  return { listener, ears, failures, port: 'port' in listener.name ? listener.name.port : 0 };
}

/** A connection: the end of the kernel's sockets, and that of `node:net`. */
async function pair(place: ListenPlace = TCP): Promise<{ ear: Ear; peer: Socket; close(): Promise<void> }> {
  const { listener, ears, port } = await listen(place);
  const at = place.kind === 'unix' ? { path: place.path } : { port, host: '127.0.0.1' };
  const peer = connect({ ...at, allowHalfOpen: true });
  peer.on('error', () => {});
  await once(peer, 'connect');
  while (ears[0] === undefined) await delay(1);
  const [ear] = ears;
  const close = (): Promise<void> => {
    peer.destroy();
    ear.wire.abort();
    return listener.close();
  };
  return { ear, peer, close };
}

/** How many bytes the kernel holds for the socket with that port, which has not read them. */
function unread(local: number, remote: number): number {
  const end = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const row of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, here = '', there = '', , queues = ''] = row.trim().split(/\s+/);
    if (here.endsWith(end(local)) && there.endsWith(end(remote)))
      return Number.parseInt(queues.split(':')[1] ?? '', 16);
  }
  return Number.NaN;
}

test('the kernel can be called', () => {
  assert.equal(backend.unavailable, undefined);
  assert.equal(backend.name, 'native');
});

describe('a paused connection', () => {
  test('R14 leaves every byte in the kernel, and then gets all of them', async () => {
    const { ear, peer, close } = await pair({ ...TCP, paused: true });
    peer.write(Buffer.alloc(30_000, 'x'));
    const { local, peer: other } = ear.wire;
    assert.ok(local?.family === 'IPv4' && other?.family === 'IPv4');
    while (unread(local.port, other.port) < 30_000) await delay(1);
    assert.equal(unread(local.port, other.port), 30_000);
    assert.deepEqual(ear.log, []);
    ear.wire.resume();
    while (ear.received < 30_000) await delay(1);
    assert.equal(unread(local.port, other.port), 0);
    await close();
  });

  test('R14 that is reset is told so, gets what had arrived, and is closed by that reset', async () => {
    const { ear, peer, close } = await pair();
    ear.wire.pause();
    peer.write(Buffer.alloc(30_000, 'x'));
    await delay(20);
    peer.resetAndDestroy();
    await ear.hears('refused reset ECONNRESET');
    const before = process.cpuUsage();
    await delay(200);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 100_000, `${user + system} us of 200 ms were used`);
    ear.wire.resume();
    await ear.hears('closed reset ECONNRESET');
    assert.deepEqual(ear.log, ['refused reset ECONNRESET', 'data', 'closed reset ECONNRESET']);
    assert.equal(ear.received, 30_000);
    await close();
  });

  test('R14 that is reset, and has all that arrived, is closed at once', async () => {
    const { ear, peer, close } = await pair();
    ear.wire.pause();
    peer.resetAndDestroy();
    await ear.hears('closed reset ECONNRESET');
    assert.deepEqual(ear.log, ['refused reset ECONNRESET', 'closed reset ECONNRESET']);
    await close();
  });

  test('R14 whose peer has left by UNIX rests, gets what had arrived, and then the end', async () => {
    const { ear, peer, close } = await pair({ kind: 'unix', path: join(folder, 'left'), mode: 0o600, backlog: 4 });
    ear.wire.pause();
    peer.end(Buffer.alloc(30_000, 'x'));
    peer.destroySoon();
    await once(peer, 'close');
    const before = process.cpuUsage();
    await delay(200);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 100_000, `${user + system} us of 200 ms were used`);
    assert.deepEqual(ear.log, []);
    ear.wire.resume();
    await ear.hears('end');
    assert.equal(ear.received, 30_000);
    await close();
  });
});

describe('an end and a reset', () => {
  test('R3 FIN is the end, and the close of both sides is in order', async () => {
    const { ear, peer, close } = await pair();
    peer.end('verse');
    await ear.hears('end');
    ear.wire.end();
    await ear.hears('closed done ');
    assert.deepEqual(ear.log, ['data', 'end', 'closed done ']);
    await close();
  });

  test('R3 a reset is none, and what arrived before it is passed on', async () => {
    const { ear, peer, close } = await pair({ ...TCP, paused: true });
    peer.write(Buffer.alloc(30_000, 'x'));
    await delay(20);
    peer.resetAndDestroy();
    // In one turn, before the reset is told.
    ear.wire.resume();
    await ear.hears('closed reset ECONNRESET');
    assert.deepEqual(ear.log, ['data', 'closed reset ECONNRESET']);
    assert.equal(ear.received, 30_000);
    await close();
  });

  for (const asked of [false, true])
    test(`R3 ${asked ? 'and who the peer was ' : ''}is told of what is reset before it is accepted`, async () => {
      const { listener, ears, port } = await listen({ ...TCP, asked });
      const client = `const { connect } = require('node:net');
        const socket = connect(${port}, '127.0.0.1', () => socket.write('x'.repeat(30_000), () => socket.resetAndDestroy()));`;
      // Nothing is accepted meanwhile.
      assert.equal(spawnSync(process.execPath, ['--eval', client]).status, 0);
      while (ears[0] === undefined) await delay(1);
      const [ear] = ears;
      assert.equal(ear.peer?.family, asked ? 'IPv4' : undefined);
      await ear.hears('closed reset ECONNRESET');
      assert.deepEqual([ear.log, ear.received], [['data', 'closed reset ECONNRESET'], 30_000]);
      await listener.close();
    });

  test('R3 a reset after FIN of the peer is one', async () => {
    const { ear, peer, close } = await pair();
    peer.end();
    await ear.hears('end');
    // The peer has closed: what is written is answered by a reset.
    peer.destroy();
    await delay(20);
    ear.wire.write(Buffer.from('verse'));
    await ear.hears('closed reset EPIPE');
    await close();
  });

  test('R3 a reset after FIN of this side is one', async () => {
    const { ear, peer, close } = await pair();
    ear.wire.end();
    await once(peer.resume(), 'end');
    peer.resetAndDestroy();
    await ear.hears('closed reset ECONNRESET');
    assert.deepEqual(ear.log, ['closed reset ECONNRESET']);
    await close();
  });
});

describe('what is written', () => {
  test('R4 goes out whole where the kernel takes part of it, also from memory that is not Node its own', async () => {
    const { ear, peer, close } = await pair();
    const shared = new Uint8Array(new SharedArrayBuffer(8)).fill(120);
    const small = Uint8Array.of(121, 122);
    const large = Buffer.alloc(200_000, 'l');
    let sent = 0;
    for (const chunk of [shared, small, large, large, large, large, large]) {
      if (!ear.wire.write(chunk)) {
        assert.ok((ear.wire.unsent ?? 0) > 0);
        peer.resume();
        await ear.hears('writable');
        ear.log.length = 0;
      }
      sent += chunk.length;
    }
    ear.wire.end();
    let received = 0;
    peer.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    await once(peer, 'end');
    assert.ok(received <= sent);
    assert.equal(peer.bytesRead, sent);
    await close();
  });

  test('R4 is dropped without harm if its memory is transferred meanwhile', async () => {
    const { ear, peer, close } = await pair();
    peer.pause();
    const chunk = new Uint8Array(200_000);
    while (ear.wire.write(chunk)) {}
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    peer.resume();
    await ear.hears('writable');
    await close();
  });
});

describe('what arrives', () => {
  test('is not lost with another chunk whose memory a protocol transfers', async () => {
    const { ear, peer, close } = await pair();
    const outcomes: string[] = [];
    ear.onData = (chunk) => {
      ear.chunks.push(Buffer.from(chunk));
      try {
        assert.ok(chunk.buffer instanceof ArrayBuffer);
        structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
        outcomes.push('transferred');
      } catch (error) {
        outcomes.push(error instanceof Error ? error.name : '');
      }
    };
    // A message, then more than one, and then what is read in bulk.
    for (const length of [5, 1_000_000]) {
      peer.write(Buffer.alloc(length, 'x'));
      const all = ear.received + length;
      while (ear.received < all) await delay(1);
    }
    assert.deepEqual([ear.received, outcomes[0], outcomes.at(-1)], [1_000_005, 'DataCloneError', 'DataCloneError']);
    await close();
  });
});

describe('events of one turn', () => {
  test('R24 have what the one before put off behind them', async () => {
    const { listener, ears, port } = await listen();
    const log: string[] = [];
    const peers = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const peer of peers) peer.on('error', () => {});
    await Promise.all(peers.map((peer) => once(peer, 'connect')));
    while (ears.length < 2) await delay(1);
    for (const [index, ear] of ears.entries())
      ear.onData = () => {
        log.push(`data ${index}`);
        process.nextTick(() => log.push(`tick ${index}`));
        Promise.resolve().then(() => log.push(`promise ${index}`));
      };
    for (const peer of peers) peer.write('verse');
    while (log.length < 6) await delay(1);
    const [first = '', , , second = ''] = log;
    for (const line of [first, second]) {
      const [, index] = line.split(' ');
      const at = log.indexOf(line);
      assert.deepEqual(log.slice(at, at + 3), [`data ${index}`, `tick ${index}`, `promise ${index}`]);
    }
    for (const ear of ears) ear.wire.abort();
    await listener.close();
  });

  test('R8 come though the one before throws, which is an uncaught exception', () => {
    const { lines, status } = run(`
      import { connect } from 'node:net';
      import { NativeBackend } from 'couplet/native';
      const { streams } = new NativeBackend();
      process.on('uncaughtException', ({ message }) => console.log('uncaught', message));
      let count = 0;
      const listener = await streams.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 9 }, {
        onAccepted: (wire) => ({
          onData() {
            count += 1;
            wire.close();
            process.nextTick(() => { throw new Error('late'); });
            if (count === 2) listener.close();
            throw new Error('soon');
          },
          onClosed() {},
        }),
      });
      for (const socket of [1, 2].map(() => connect(listener.name.port, '127.0.0.1')))
        socket.on('error', () => {}).resume().write('verse');
    `);
    assert.deepEqual(lines.toSorted(), ['uncaught late', 'uncaught late', 'uncaught soon', 'uncaught soon']);
    assert.equal(status, 0);
  });

  test('R25 keep a process alive that has a port, and let it end without one', () => {
    const begin = `
      import { NativeBackend } from 'couplet/native';
      const { streams } = new NativeBackend();
      const place = { kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 9 };
      const listener = await streams.listen(place, { onAccepted: () => null });`;
    assert.deepEqual(run(`${begin} await listener.close(); console.log('closed');`), { lines: ['closed'], status: 0 });
    const alive = run(`${begin} setTimeout(() => process.exit(7), 100).unref();`);
    assert.equal(alive.status, 7);
  });
});

describe('a port', () => {
  test('R59 is shared where each asks for that, and is in use otherwise', async () => {
    const one = await listen({ ...TCP, reusePort: true });
    const other = await listen({ ...TCP, port: one.port, reusePort: true });
    const third = await backend.streams.listen(
      { ...TCP, port: one.port },
      { onAccepted: () => null, onAcceptFailed() {} },
    );
    assert.ok('kind' in third);
    assert.deepEqual([third.kind, third.code], ['bind', 'EADDRINUSE']);
    await one.listener.close();
    await other.listener.close();
  });

  test('R19 without descriptors says so once a second, rests, and accepts once there are some', () => {
    const { lines, status } = run(
      `
      import { openSync, closeSync } from 'node:fs';
      import { connect } from 'node:net';
      import { setTimeout as delay } from 'node:timers/promises';
      import { spawn } from 'node:child_process';
      import { NativeBackend } from 'couplet/native';
      const { streams } = new NativeBackend();
      let accepted = 0;
      const failures = [];
      const listener = await streams.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 99 }, {
        onAccepted: (wire) => { accepted += 1; return { onData() {}, onEof: () => wire.close(), onClosed() {} }; },
        onAcceptFailed: ({ code }) => failures.push(code),
      });
      const client = \`const { connect } = require('node:net');
        for (let i = 0; i < 20; i += 1) connect(\${listener.name.port}, '127.0.0.1');\`;
      const child = spawn(process.execPath, ['--eval', client]);
      const files = [];
      try { for (;;) files.push(openSync('/dev/null')); } catch {}
      await delay(800);
      const before = process.cpuUsage();
      await delay(1500);
      const { user, system } = process.cpuUsage(before);
      console.log('rests', (user + system) / 1_500_000 < 0.2);
      console.log('accepted', accepted, failures.length >= 2 && failures.length <= 4, failures[0]);
      for (const file of files) closeSync(file);
      await delay(500);
      console.log('accepted', accepted);
      child.kill();
      await listener.close();
    `,
    );
    assert.deepEqual(lines, ['rests true', 'accepted 0 true EMFILE', 'accepted 20']);
    assert.equal(status, 0);
  });
});
