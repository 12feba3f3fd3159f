import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createGunzip } from 'node:zlib';
import { ClientFactory, ClientTLS, Factory, Protocol, Reactor, ServerTLS } from 'couplet';
import { backendHere } from '../here.ts';
import { Authority } from './certificates.ts';
import { streamPair } from './stream-pair.ts';

const TIMEOUT = { timeout: 20_000 };
const BROKEN = Object.assign(new Error('the line is broken'), { code: 'EBROKEN' });

/** Keeps what it hears, and resolves `lost` with the reason of its end. */
class Ear extends Protocol {
  text = '';
  readonly calls: string[] = [];
  readonly lost: Promise<Error>;
  #lose: (reason: Error) => void = () => {};

  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  override connectionMade(): void {
    this.calls.push('made');
  }

  override dataReceived(data: Buffer): void {
    this.text += data.toString('latin1');
  }

  override connectionLost(reason: Error): void {
    this.calls.push('lost');
    this.#lose(reason);
  }
}

function unexpected(): never {
  throw new assert.AssertionError({ message: 'the stream was adopted' });
}

/** The same, aware of half-close. */
class HalfOpen extends Ear {
  override readConnectionLost(): void {
    this.calls.push('eof');
  }
}

describe('adopted streams of node:stream', TIMEOUT, () => {
  const reactor = new Reactor(backendHere());
  const uncaught: unknown[] = [];
  const catching = (error: unknown): unknown => uncaught.push(error);
  let running: Promise<void> | undefined;
  let server: ServerTLS;
  let client: ClientTLS;

  before(async () => {
    process.on('uncaughtException', catching);
    running = reactor.run({ signals: false });
    const authority = await Authority.create();
    server = new ServerTLS(await authority.certify(['localhost']));
    client = new ClientTLS({ ca: authority.ca, serverName: 'localhost' });
  });

  after(async () => {
    reactor.stop();
    await running;
    process.off('uncaughtException', catching);
    assert.deepEqual(uncaught, []);
  });

  /** What an error at that moment does: the rejection, or the reason of the end, which is told once. */
  const moments: readonly (readonly [
    when: string,
    name: string,
    play: (near: Duplex, far: Duplex) => Promise<Error>,
  ])[] = [
    [
      'right after the call',
      'ConnectError',
      async (near) => {
        const adopted = reactor.adoptStream(near, Factory.forProtocol(Ear));
        near.destroy(BROKEN);
        return adopted.then(unexpected, (reason) => reason);
      },
    ],
    [
      'while the factory starts',
      'ConnectError',
      async (near) => {
        const factory = Factory.forProtocol(Ear);
        factory.startFactory = () => pass(5);
        const adopted = reactor.adoptStream(near, factory);
        await pass(1);
        near.destroy(BROKEN);
        const reason = await adopted.then(unexpected, (why) => why);
        assert.equal(factory.numPorts, 0);
        return reason;
      },
    ],
    [
      'right after the call, for a client',
      'ConnectError',
      async (near) => {
        const adopted = reactor.adoptStream(near, ClientFactory.forProtocol(Ear));
        near.destroy(BROKEN);
        return adopted.then(unexpected, (reason) => reason);
      },
    ],
    [
      'in connectionMade',
      'ConnectionLost',
      async (near) => {
        class Breaking extends Ear {
          override connectionMade(): void {
            super.connectionMade();
            near.destroy(BROKEN);
          }
        }
        return (await reactor.adoptStream(near, Factory.forProtocol(Breaking))).lost;
      },
    ],
    [
      'while it holds a chunk',
      'ConnectionLost',
      async (near) => {
        const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
        ear.transport.write(Buffer.alloc(1_000_000));
        await pass(1);
        near.destroy(BROKEN);
        return ear.lost;
      },
    ],
    [
      'while reading is paused',
      'ConnectionLost',
      async (near) => {
        const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
        ear.transport.pauseProducing();
        await pass(1);
        near.destroy(BROKEN);
        return ear.lost;
      },
    ],
    [
      'behind the end of the input',
      'ConnectionLost',
      async (near, far) => {
        const ear = await reactor.adoptStream(near, Factory.forProtocol(HalfOpen));
        far.end();
        await pass(1);
        assert.deepEqual(ear.calls, ['made', 'eof']);
        near.destroy(BROKEN);
        return ear.lost;
      },
    ],
    [
      'behind the end of the output',
      'ConnectionLost',
      async (near) => {
        const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
        ear.transport.loseWriteConnection();
        await pass(1);
        near.destroy(BROKEN);
        return ear.lost;
      },
    ],
    [
      'in a TLS handshake',
      'TLSError',
      async (near) => {
        const adopted = reactor.adoptStream(near, ClientFactory.forProtocol(Ear), { tls: client });
        await pass(5);
        near.destroy(BROKEN);
        return adopted.then(unexpected, (reason) => reason);
      },
    ],
    [
      'under TLS',
      'ConnectionLost',
      async (near, far) => {
        const other = reactor.adoptStream(far, Factory.forProtocol(Ear), { tls: server });
        const ear = await reactor.adoptStream(near, ClientFactory.forProtocol(Ear), { tls: client });
        await other;
        near.destroy(BROKEN);
        return ear.lost;
      },
    ],
  ];

  for (const [when, name, play] of moments)
    test(`R57 an error ${when} is told once, as a ${name}`, async () => {
      const [near, far] = streamPair();
      far.on('error', () => {});
      const reason = await play(near, far);
      assert.equal(reason.name, name, String(reason));
      await pass(5);
      assert.equal(near.destroyed, true);
      assert.equal([...reactor.inspect().connections()].length, 0);
    });

  test('R57 an error of a write ends the connection', async () => {
    const near = new Duplex({ read() {}, write: (_chunk, _encoding, written) => written(BROKEN) });
    const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
    ear.transport.write('x');
    assert.match((await ear.lost).message, /the line is broken/);
  });

  for (const thrown of ['the line is broken', 5, {}, undefined])
    test(`R57 a stream that fails with ${inspect(thrown)}, not an Error, is lost`, async () => {
      const near = new Duplex({ read() {}, write() {} });
      const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
      near.emit('error', thrown);
      const reason = await ear.lost;
      assert.equal(reason.name, 'ConnectionLost');
      assert.match(reason.message, new RegExp(`^${String(thrown).replace(/\W/g, '.')}$`));
    });

  test('R57 the reason of the end is what the stream says, not what the system calls the same number', async () => {
    const ear = await reactor.adoptStream(createGunzip(), Factory.forProtocol(Ear));
    ear.transport.write('not compressed');
    assert.match((await ear.lost).message, /incorrect header check/);
  });

  for (const highWaterMark of [1, 16, 100_000])
    test(`R57 a stream with a highWaterMark of ${highWaterMark} loses nothing`, async () => {
      const [near, far] = streamPair({ highWaterMark });
      const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
      ear.transport.write(bytes);
      ear.transport.loseConnection();
      far.end(bytes);
      const received: Buffer[] = [];
      for await (const chunk of far) {
        received.push(chunk);
        if (received.length % 10 === 0) await pass(0);
      }
      assert.deepEqual(Buffer.concat(received), bytes);
      assert.equal((await ear.lost).name, 'ConnectionDone');
    });

  test('R57 write is taken when the stream calls back, and not before', async () => {
    const waiting: (() => void)[] = [];
    const sizes: number[] = [];
    const near = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, written) => {
        sizes.push(chunk.length);
        waiting.push(written);
      },
    });
    const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
    ear.transport.write(Buffer.alloc(600_000));
    for (const expected of [262_144, 262_144, 75_712]) {
      await pass(2);
      assert.equal(near.writableLength, expected);
      assert.equal(waiting.length, 1);
      waiting.pop()?.();
    }
    await pass(2);
    assert.deepEqual(sizes, [262_144, 262_144, 75_712]);
    ear.transport.abortConnection();
    await ear.lost;
    assert.equal(near.destroyed, true);
  });

  test('R57 a stream that tells nobody of its close is lost nevertheless', async () => {
    const near = new Duplex({ emitClose: false, autoDestroy: false, read() {}, write() {}, destroy() {} });
    const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
    ear.transport.write('x');
    ear.transport.abortConnection();
    assert.equal((await ear.lost).name, 'ConnectionAborted');
  });

  test('R57 a stream without half-close that never ends its input is closed a second after its output', async () => {
    const near = new Duplex({ allowHalfOpen: false, read() {}, write: (_chunk, _encoding, written) => written() });
    const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
    ear.transport.write('x');
    ear.transport.loseWriteConnection();
    assert.equal((await ear.lost).name, 'ConnectionDone');
    assert.equal(near.destroyed, true);
  });

  test('R57 a stream that is destroyed without an error is lost', async () => {
    const [near, far] = streamPair();
    far.on('error', () => {});
    const ear = await reactor.adoptStream(near, Factory.forProtocol(Ear));
    near.destroy();
    assert.equal((await ear.lost).name, 'ConnectionLost');
  });

  test('R57 a stream that answers itself is one', async () => {
    const near = new PassThrough();
    const ear = await reactor.adoptStream(near, () => new Ear());
    ear.transport.write('verse');
    ear.transport.loseWriteConnection();
    assert.equal((await ear.lost).name, 'ConnectionDone');
    assert.equal(ear.text, 'verse');
  });

  test('R57 R5 a socket of the runtime gets all that is in flight before it closes', async () => {
    const listening = createServer((socket) => {
      void reactor.adoptStream(socket, () => {
        const ear = new Ear();
        ear.connectionMade = () => {
          ear.transport.write(Buffer.alloc(2_000_000));
          ear.transport.loseConnection();
        };
        return ear;
      });
    }).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const peer = connect((listening.address() as AddressInfo).port, '127.0.0.1');
    peer.write(Buffer.alloc(300_000));
    let received = 0;
    for await (const chunk of peer) received += chunk.length;
    assert.equal(received, 2_000_000);
    listening.close();
  });

  test('R57 streams of anything but bytes are a TypeError', async () => {
    const finished = new PassThrough().end();
    const text = new PassThrough();
    text.setEncoding('utf8');
    for (const [wrong, message] of [
      [new PassThrough({ objectMode: true }), /in object mode/],
      [text, /makes text of what it reads \(utf8\)/],
      [finished, /has ended/],
    ] as const)
      await assert.rejects(reactor.adoptStream(wrong, Factory.forProtocol(Ear)), { name: 'TypeError', message });
  });

  test('R57 a stream that something reads by its readable events fails', async () => {
    const [near, far] = streamPair();
    near.on('readable', () => {});
    far.on('error', () => {});
    await assert.rejects(reactor.adoptStream(near, Factory.forProtocol(Ear)), /something else reads the stream/);
  });
});
