import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Descriptors } from '../../src/backends/native/descriptors.ts';
import { kernel } from '../../src/backends/native/kernel.ts';
import { AF_UNIX, EAGAIN, MOST_FILES, SOCK_STREAM } from '../../src/backends/native/linux.ts';
import { unixAddress } from '../../src/backends/native/socket-address.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-calls-'));
after(() => rmSync(folder, { recursive: true }));
const found = kernel();
assert.ok(typeof found !== 'string');
const { calls, readiness } = found;

describe('system calls', () => {
  test('do not reach beyond memory', () => {
    const memory = calls.memory(16);
    for (const [offset, length] of [
      [0, 17],
      [8, 9],
      [-1, 4],
      [0, 0],
      [Number.NaN, 1],
    ] as const)
      assert.throws(() => calls.read(0, memory, offset, length), RangeError);
    assert.throws(() => calls.connect(0, new Uint8Array(129)), RangeError);
    assert.throws(() => calls.send(0, memory.bytes, undefined, Array(MOST_FILES + 1).fill(0)), RangeError);
  });

  test('return the number of the error', () => {
    assert.equal(calls.close(-1), -9);
    assert.equal(calls.land(-1), -9);
    assert.equal(calls.write(-1, Buffer.from('x')), -9);
    assert.equal(calls.connect(-1, unixAddress('/none')), -9);
  });

  test('take no descriptor that is not a whole number of 32 bits', () => {
    const memory = calls.memory(16);
    for (const fd of [Number.NaN, 0.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, Number.POSITIVE_INFINITY]) {
      const error = new RangeError(`${fd} is not a whole number of 32 bits`);
      assert.throws(() => calls.land(fd), error);
      assert.throws(() => calls.read(fd, memory, 0, 16), error);
      assert.throws(() => calls.write(fd, Buffer.from('x')), error);
      assert.throws(() => calls.accept(fd), error);
    }
    // Those are, and nothing is open there.
    for (const fd of [-1, 1_000_000, 2 ** 31 - 1, -(2 ** 31)]) assert.equal(calls.land(fd), -9);
  });

  test('know the interface of an address by its number and by its name', () => {
    const bytes = (host: string): string => {
      const address = calls.inetAddress(host, 0x1234);
      assert.ok(typeof address !== 'number', host);
      return Buffer.from(address).toString('hex');
    };
    // The family, the port, no label of the flow, and then the address.
    const before = '0a00123400000000fe800000000000000000000000000001';
    const loopback = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'));
    for (const [zone, number] of [
      ['', '00000000'],
      ['%4', '04000000'],
      ['%0', '00000000'],
      ['%70000', '70110100'],
      ['%999999999', 'ffc99a3b'],
      ['%99999999999', '00000000'],
      ['%no-such-name', '00000000'],
      ['%lo', Buffer.of(loopback, 0, 0, 0).toString('hex')],
    ] as const)
      assert.equal(bytes(`fe80::1${zone}`), before + number, zone);
    assert.equal(bytes('127.0.0.1'), '020012347f0000010000000000000000');
  });

  test('send descriptors and bytes by UNIX, and receive them', () => {
    const path = join(folder, 'rights');
    const listening = calls.socket(AF_UNIX, SOCK_STREAM);
    assert.equal(calls.bind(listening, unixAddress(path)), 0);
    assert.equal(calls.listen(listening, 1), 0);
    const one = calls.socket(AF_UNIX, SOCK_STREAM);
    assert.equal(calls.connect(one, unixAddress(path)), 0);
    const other = calls.accept(listening);
    const memory = calls.memory(64);
    assert.equal(calls.receive(other, memory), -EAGAIN);
    assert.equal(calls.send(one, Buffer.from('here'), undefined, [listening, one]), 4);
    const message = calls.receive(other, memory);
    assert.ok(typeof message === 'object');
    assert.equal(memory.bytes.toString('latin1', 0, message.length), 'here');
    assert.equal(message.files.length, 2);
    // It is the same socket: what is written to it comes out at the other end.
    const [, again = -1] = message.files;
    assert.equal(calls.write(again, Buffer.from('verse')), 5);
    assert.equal(calls.land(other), 5);
    assert.equal(calls.send(one, Buffer.from('none')), 4);
    assert.deepEqual(calls.receive(other, memory), { length: 4, files: [] });
    for (const fd of [listening, one, other, ...message.files]) assert.equal(calls.close(fd), 0);
  });

  test('R67 say of what is not an open descriptor that it cannot be sent', () => {
    const descriptors = new Descriptors(calls, readiness);
    for (const fd of [-1, 0x7fff_ffff, 2 ** 31, 1.5, Number.NaN])
      assert.throws(() => descriptors.add(fd), {
        message: `${fd} cannot be sent as a descriptor: bad file descriptor (EBADF)`,
      });
  });

  test('send datagrams to an address', () => {
    const DATAGRAM = 2;
    const address = unixAddress(join(folder, 'datagrams'));
    const receiving = calls.socket(AF_UNIX, DATAGRAM);
    assert.equal(calls.bind(receiving, address), 0);
    const sending = calls.socket(AF_UNIX, DATAGRAM);
    assert.equal(calls.send(sending, Buffer.from('READY=1'), address), 7);
    assert.equal(calls.land(receiving), 7);
    assert.equal(calls.landed.toString('latin1', 0, 7), 'READY=1');
    for (const fd of [receiving, sending]) assert.equal(calls.close(fd), 0);
  });
});
