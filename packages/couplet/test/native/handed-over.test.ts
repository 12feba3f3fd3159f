import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { ClientFactory, ClientTLS, Factory, Protocol, Reactor, ServerTLS } from 'couplet';
import { NativeBackend, sendDatagram } from 'couplet/native';
import { LineReceiver } from 'couplet/protocols';
import { Dice } from 'couplet/testing';
import { Authority } from '../real/certificates.ts';
import { kernel } from '../real/kernel.ts';

/** Hands over as many descriptors as it is told, in messages of as many as it is told, and prints what it gets. */
const PEER = `
import os, socket, sys
path, count, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
peer = socket.socket(socket.AF_UNIX)
peer.connect(path)
for at in range(0, count, each):
    files = [os.open(path + '.txt', os.O_RDONLY) for _ in range(each)]
    try: socket.send_fds(peer, [b'.'], files)
    except OSError: break
    for file in files: os.close(file)
try: peer.shutdown(socket.SHUT_WR)
except OSError: pass
while True:
    try: text, fds, flags, address = socket.recv_fds(peer, 100, 20)
    except ConnectionResetError: break
    if not text: break
    print(len(text), [os.read(fd, 100).decode() for fd in fds], flush=True)
    for fd in fds: os.close(fd)
`;

/** Prints the datagrams that come, and who sent each, until there is one without bytes. */
const RECEIVER = `
import socket, struct, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
receiver.bind(sys.argv[1].replace('@', chr(0)))
print('listening', flush=True)
while True:
    text, ancillary, flags, sender = receiver.recvmsg(4096, 100)
    if not text: break
    print(text, struct.unpack('3i', ancillary[0][2])[0], flush=True)
`;

const folder = mkdtempSync(join(tmpdir(), 'couplet-kernel-'));
let places = 0;
const place = (): string => join(folder, `${++places}`);
const authority = await Authority.create();
const tls = { server: await authority.certify(['127.0.0.1']), client: { ca: authority.ca } };

/** How many descriptors of files in the folder this process has. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fstatSync(Number(fd)).isFile() && fstatSync(Number(fd)).size === 4;
    } catch {
      return false;
    }
  }).length;
}

/** Whether a descriptor is open, and that of a socket. */
function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/** What a program of Python gets and sends over a connection to this protocol. */
async function visited(protocol: Protocol, count: number, each: number): Promise<string[]> {
  const reactor = new Reactor(new NativeBackend());
  const running = reactor.run({ signals: false });
  const path = place();
  writeFileSync(`${path}.txt`, 'file');
  await reactor.listenUNIX(path, () => protocol);
  const peer = spawn('/usr/bin/python3', ['-c', PEER, path, `${count}`, `${each}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = (await peer.stdout.setEncoding('utf8').toArray()).join('').trimEnd().split('\n');
  reactor.stop();
  await running;
  return lines;
}

describe('what the kernel tells of its sockets', () => {
  after(() => rmSync(folder, { recursive: true }));

  test('R67 descriptors of another program arrive, and go to it', { timeout: 20_000 }, async () => {
    const texts: string[] = [];
    let bytes = 0;
    class Taker extends Protocol {
      override fileDescriptorReceived(fd: number): void {
        texts.push(kernel.take(fd));
        const own = kernel.open(`${texts.length}`);
        this.transport.sendFileDescriptor?.(own);
        closeSync(own);
      }
      override dataReceived(data: Buffer): void {
        bytes += data.length;
        this.transport.write('!');
      }
    }
    const lines = await visited(new Taker(), 6, 3);
    assert.deepEqual([texts, bytes], [['file', 'file', 'file', 'file', 'file', 'file'], 2]);
    assert.equal(lines.join(), "1 ['1', '2', '3'],1 ['4', '5', '6']");
  });

  test('R67 those that nothing takes, and more than there is room for, are closed', { timeout: 20_000 }, async () => {
    const before = openFiles();
    let seen = 0;
    class Leaver extends Protocol {
      override fileDescriptorReceived(fd: number): void {
        seen += 1;
        closeSync(fd);
        if (seen === 20) this.transport.abortConnection();
      }
    }
    await visited(new Leaver(), 400, 40);
    // Those after them are not told, and closed.
    assert.equal(seen, 20);
    await visited(new Protocol(), 400, 40);
    assert.equal(openFiles(), before);
  });

  test('R67 copies that wait for bytes are closed with their connection', { timeout: 20_000 }, async () => {
    const before = openFiles();
    const file = kernel.open('four');
    class Sender extends Protocol {
      override connectionMade(): void {
        for (let at = 0; at < 16; at += 1) this.transport.sendFileDescriptor?.(file);
        assert.equal(openFiles(), before + 17);
        this.transport.loseConnection();
      }
    }
    assert.deepEqual(await visited(new Sender(), 0, 1), ['']);
    closeSync(file);
    assert.equal(openFiles(), before);
  });

  test('R67 whatever else moves, each comes once, in order, and before its message', { timeout: 20_000 }, async () => {
    const before = openFiles();
    const dice = new Dice('7');
    const path = place();
    const got: string[] = [];
    let sent = 0;
    class Reader extends LineReceiver {
      readonly #files: string[] = [];
      override fileDescriptorReceived(fd: number): Promise<void> | undefined {
        this.#files.push(kernel.take(fd));
        return dice.chance(0.3) ? setImmediate() : undefined;
      }
      override lineReceived(line: Buffer): void {
        const [count = '', ...texts] = line.toString().trimEnd().split(' ');
        got.push(...this.#files.splice(0, Number(count)));
        assert.deepEqual(got.slice(got.length - Number(count)), texts);
        if (dice.chance(0.2)) {
          this.transport.pauseProducing();
          this.transport.clock.callLater(dice.whole(0, 2), () => this.transport.resumeProducing());
        }
      }
    }
    class Writer extends LineReceiver {
      override async connectionMade(): Promise<void> {
        for (let message = 0; message < 300; message += 1) {
          const texts = Array.from({ length: dice.whole(0, 4) }, () => `${sent++}`.padStart(4, '0'));
          for (const text of texts) {
            const fd = kernel.open(text);
            this.transport.sendFileDescriptor?.(fd);
            closeSync(fd);
          }
          this.sendLine([texts.length, ...texts].join(' ').padEnd(dice.chance(0.1) ? 16_000 : 1));
          if (dice.chance(0.5)) await this.transport.drained();
          do await setImmediate();
          while (sent - got.length > 100);
        }
        this.transport.loseConnection();
      }
    }
    const reactor = new Reactor(new NativeBackend());
    const running = reactor.run({ signals: false });
    await reactor.listenUNIX(path, () => new Reader());
    const errors: unknown[] = [];
    reactor.observe({ error: ({ error }) => errors.push(error) });
    const client = reactor.connectUNIX(path, ClientFactory.forProtocol(Writer));
    const { transport } = await client.whenConnected();
    while (!transport.disconnected) await setImmediate();
    reactor.stop();
    await running;
    assert.deepEqual(errors, []);
    assert.deepEqual(
      got,
      Array.from({ length: sent }, (_, at) => `${at}`.padStart(4, '0')),
    );
    assert.equal(openFiles(), before);
  });

  test('R67 R14 bytes that wait behind a descriptor survive a reset', { timeout: 20_000 }, async () => {
    const log: string[] = [];
    let settle: () => void = () => {};
    class Slow extends Protocol {
      override connectionMade(): void {
        // The peer leaves without having read it, which resets the connection.
        this.transport.write('unread');
      }
      override fileDescriptorReceived(fd: number): Promise<void> {
        log.push(kernel.take(fd));
        return new Promise((resolve) => {
          settle = resolve;
        });
      }
      override dataReceived(data: Buffer): void {
        log.push(data.toString());
      }
      override connectionLost(): void {
        log.push('lost');
      }
    }
    class Leaver extends Protocol {
      override connectionMade(): void {
        this.transport.pauseProducing();
        const fd = kernel.open('file');
        this.transport.sendFileDescriptor?.(fd);
        closeSync(fd);
        this.transport.write('bytes');
      }
    }
    const reactor = new Reactor(new NativeBackend());
    const running = reactor.run({ signals: false });
    const path = place();
    await reactor.listenUNIX(path, () => new Slow());
    const client = reactor.connectUNIX(path, ClientFactory.forProtocol(Leaver));
    const { transport } = await client.whenConnected();
    while (log.length === 0) await setImmediate();
    transport.abortConnection();
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    assert.deepEqual(log, ['file']);
    settle();
    while (!log.includes('lost')) await setImmediate();
    assert.deepEqual(log, ['file', 'bytes', 'lost']);
    reactor.stop();
    await running;
  });

  test('R67 a connection whose own socket is handed over is not waited for once it is closed', {
    timeout: 20_000,
  }, async () => {
    const sockets = (): number[] => readdirSync('/proc/self/fd').map(Number).filter(isSocket);
    const reactor = new Reactor(new NativeBackend());
    const running = reactor.run({ signals: false });
    const path = place();
    const copies: number[] = [];
    class Taker extends Protocol {
      override fileDescriptorReceived(fd: number): void {
        copies.push(fd);
      }
    }
    await reactor.listenUNIX(path, () => new Taker());
    const giver = reactor.connectUNIX(path, ClientFactory.forProtocol(Protocol));
    const { transport } = await giver.whenConnected();
    const server = new Protocol();
    const port = await reactor.listenTCP(0, () => server, { interface: '127.0.0.1' });
    const before = sockets();
    const client = reactor.connectTCP('127.0.0.1', port.getHost().port, ClientFactory.forProtocol(Protocol));
    await client.whenConnected();
    while ([...reactor.inspect().connections()].length < 4) await setImmediate();
    // The client has its descriptor before.
    const [, own] = sockets().filter((fd) => !before.includes(fd));
    transport.sendFileDescriptor?.(own ?? -1);
    transport.write('x');
    while (copies.length === 0) await setImmediate();
    server.transport.loseConnection();
    while (!server.transport.disconnected) await setImmediate();
    const { loopCount } = performance.nodeTiming.uvMetricsInfo;
    await sleep(100);
    const turns = performance.nodeTiming.uvMetricsInfo.loopCount - loopCount;
    for (const copy of copies) closeSync(copy);
    reactor.stop();
    await running;
    // Each turn of a loop that waits for what is ready already ends at once.
    assert.ok(turns < 20, `${turns} turns`);
  });

  test('R66 TCP is told of under TLS, too', { timeout: 20_000 }, async () => {
    const reactor = new Reactor(new NativeBackend());
    const running = reactor.run({ signals: false });
    const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), {
      interface: '127.0.0.1',
      tls: new ServerTLS(tls.server),
    });
    const client = reactor.connectTCP('127.0.0.1', port.getHost().port, ClientFactory.forProtocol(Protocol), {
      tls: new ClientTLS(tls.client),
    });
    await client.whenConnected();
    const all = reactor.inspect();
    const states = [...all.connections()].map(({ id }) => all.connection(id)?.tcp?.state);
    assert.ok(states.length > 0 && states.every((state) => state === 'ESTABLISHED'), states.join());
    reactor.stop();
    await running;
  });

  for (const path of [place(), `@couplet-test-${process.pid}`])
    test(`datagrams go to ${path.startsWith('@') ? 'an abstract name' : 'a path'}, from this process`, async () => {
      const receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
      assert.equal((await lines.next()).value, 'listening');
      for (const text of ['READY=1', 'STATUS=two\nSTOPPING=1', ''])
        assert.equal(sendDatagram(path, Buffer.from(text)), undefined);
      assert.equal((await lines.next()).value, `b'READY=1' ${process.pid}`);
      assert.equal((await lines.next()).value, `b'STATUS=two\\nSTOPPING=1' ${process.pid}`);
      assert.equal((await lines.next()).done, true);
    });

  test('R20 a path that no socket can have is the reason of a failed attempt', async () => {
    const reactor = new Reactor(new NativeBackend());
    const running = reactor.run({ signals: false });
    const client = reactor.connectUNIX(`/${'x'.repeat(200)}`, ClientFactory.forProtocol(Protocol));
    await assert.rejects(client.whenConnected(), ({ cause }) => Object(cause).code === 'ENAMETOOLONG');
    reactor.stop();
    await running;
  });

  test('a datagram that cannot be sent is told with its cause', () => {
    const codes = [place(), '', `/${'x'.repeat(200)}`].map((path) => sendDatagram(path, Buffer.from('x'))?.code);
    assert.deepEqual(codes, ['ENOENT', 'ECONNREFUSED', 'ENAMETOOLONG']);
  });
});
