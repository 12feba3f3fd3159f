import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import { Child } from '../real/child.ts';

const CLIENTS = 200;
/** Of these, how many do not read what they ask for: so many copies of the poem. */
const SLOW = 20;
const COPIES = 32;
const POEM = randomBytes(2 ** 20);
/** What the forwarder may need more with them: a part of what they ask for. */
const MOST_KIB = (SLOW * COPIES * 1024) / 4;

/** A string in the protocol of Redis (RESP). */
function bulk(value: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`$${value.length}\r\n`), Buffer.from(value), Buffer.from('\r\n')]);
}

function command(...words: (string | Buffer)[]): Buffer {
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...words.map(bulk)]);
}

const OK = Buffer.from('+OK\r\n');

/** Everything that comes until the other side ends. */
async function restOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

describe('portForward in front of Redis', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-redis-'));
  let redis: ChildProcess;
  let forwarder: Child;
  let port: number;
  let printed = 0;

  before(async () => {
    const behind = await freePort();
    const flags = ['--port', `${behind}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    redis = server;
    for (let said = ''; !said.includes('Ready to accept'); said += (await once(server.stdout, 'data'))[0]);
    forwarder = new Child('forwarder', [`${behind}`]);
    port = Number((await nextLine()).split(':')[1]);
    await run([command('SET', 'poem', POEM), command('SET', 'asked', '0')], [OK, OK]);
  });

  after(async () => {
    forwarder.signal('SIGTERM');
    assert.deepEqual(await forwarder.ended, { code: 0, signal: null });
    redis.kill('SIGTERM');
    await once(redis, 'exit');
    rmSync(folder, { recursive: true });
  });

  function nextLine(): Promise<string> {
    printed += 1;
    return forwarder.line(printed - 1);
  }

  /** The most memory that the forwarder has had. */
  function peak(): Promise<number> {
    forwarder.signal('SIGUSR2');
    return nextLine().then(Number);
  }

  /** A client that has these commands answered, and leaves. */
  async function run(commands: readonly Buffer[], answers: readonly Buffer[]): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.concat([...commands, command('QUIT')]));
    const heard = await restOf(socket);
    assert.ok(heard.equals(Buffer.concat([...answers, OK])), `${heard.length} bytes of answers are not the right ones`);
  }

  /** A client with a value of its own, and many small commands behind it. */
  function work(client: number): Promise<void> {
    const value = randomBytes(1000 * (client + 1));
    const words = Array.from({ length: 200 }, (_, at) => `word ${at} of client ${client}`);
    return run(
      [
        command('SET', `value ${client}`, value),
        ...words.map((word) => command('ECHO', word)),
        command('GET', `value ${client}`),
      ],
      [OK, ...words.map(bulk), bulk(value)],
    );
  }

  test(`${CLIENTS} clients at once lose nothing`, async () => {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
  });

  test(`${SLOW} of ${CLIENTS} clients that do not read hold no memory and nobody up, and lose nothing`, async () => {
    const before = await peak();
    const slow = Array.from({ length: SLOW }, () => {
      const socket = connect(port, '127.0.0.1').pause();
      const wanted = Array.from({ length: COPIES }, () => command('GET', 'poem'));
      socket.write(Buffer.concat([...wanted, command('INCR', 'asked'), command('QUIT')]));
      return socket;
    });
    await Promise.all(Array.from({ length: CLIENTS - SLOW }, (_, client) => work(client)));
    // Redis has answered the slow ones, too: whatever can leave it is on its way.
    await run([command('GET', 'asked')], [bulk(`${SLOW}`)]);
    const more = (await peak()) - before;
    assert.ok(more < MOST_KIB, `the forwarder needed ${more} KiB more`);
    const poems = Buffer.concat(Array.from({ length: COPIES }, () => bulk(POEM)));
    for (const socket of slow) {
      const heard = await restOf(socket);
      assert.ok(heard.subarray(0, poems.length).equals(poems));
      assert.match(String(heard.subarray(poems.length)), /^:\d+\r\n\+OK\r\n$/);
    }
    assert.ok((await peak()) - before < MOST_KIB);
  });
});
