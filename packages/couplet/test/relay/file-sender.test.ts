import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Consumer, Producer } from 'couplet';
import { ConnectionClosed, Factory, Protocol } from 'couplet';
import type { FileTransferOptions, ReadableFile } from 'couplet/protocols';
import { FileSender } from 'couplet/protocols';
import fc from 'fast-check';
import { FakeNetwork } from './fake-network.ts';

/** A file in memory that gives at most `most` bytes per read, and counts. */
class Memory implements ReadableFile {
  readonly #bytes: Buffer;
  readonly #most: number;
  #at = 0;
  reads = 0;
  /** What the read of that number does instead. */
  trouble: ((read: number) => void) | undefined;

  constructor(bytes: Buffer, most = 1e9) {
    this.#bytes = bytes;
    this.#most = most;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number }> {
    this.reads += 1;
    this.trouble?.(this.reads);
    const from = Math.min(position ?? this.#at, this.#bytes.length);
    const bytesRead = this.#bytes.copy(buffer, offset, from, from + Math.min(length, this.#most));
    if (position === null) this.#at += bytesRead;
    return { bytesRead };
  }
}

/** Takes what it is given, and tells the producer to pause when a test wants that. */
class Taker implements Consumer {
  readonly chunks: Buffer[] = [];
  producer: Producer | undefined;
  unregistered = 0;
  pausing = false;

  get taken(): Buffer {
    return Buffer.concat(this.chunks);
  }

  write(data: Uint8Array | string): boolean {
    this.chunks.push(Buffer.from(data));
    if (this.pausing) this.producer?.pauseProducing();
    return !this.pausing;
  }

  registerProducer(producer: unknown): void {
    assert.ok(producer instanceof FileSender);
    this.producer = producer;
  }

  unregisterProducer(): void {
    this.unregistered += 1;
    this.producer = undefined;
  }
}

const TEXT = Buffer.from('0123456789');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('FileSender', () => {
  test('sends a file of node:fs, from where it stands, and leaves it open', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
    writeFileSync(join(folder, 'poem'), TEXT);
    const file = await open(join(folder, 'poem'));
    await file.read(Buffer.alloc(2), 0, 2);
    const taker = new Taker();
    assert.equal(await new FileSender().beginFileTransfer(file, taker), 8);
    assert.equal(String(taker.taken), '23456789');
    assert.equal(taker.unregistered, 1);
    assert.equal(await new FileSender().beginFileTransfer(file, taker, { position: 9 }), 1);
    await file.close();
    rmSync(folder, { recursive: true });
  });

  test('any position, count and chunk sends exactly those bytes, however short the reads are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.option(fc.nat(220), { nil: undefined }),
        fc.option(fc.nat(220), { nil: undefined }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, position, byteCount, chunkBytes, most) => {
          const taker = new Taker();
          const options: FileTransferOptions = {
            chunkBytes,
            ...(position === undefined ? {} : { position }),
            ...(byteCount === undefined ? {} : { byteCount }),
          };
          const file = new Memory(Buffer.from(bytes), most);
          const sent = await new FileSender().beginFileTransfer(file, taker, options);
          const from = position ?? 0;
          const wanted = Buffer.from(bytes).subarray(from, byteCount === undefined ? undefined : from + byteCount);
          assert.deepEqual(taker.taken, wanted);
          assert.equal(sent, wanted.length);
          assert.ok(taker.chunks.every(({ length }) => length > 0 && length <= chunkBytes));
          assert.equal(taker.unregistered, 1);
        },
      ),
    ));

  test('reads nothing while it is paused, and goes on after', async () => {
    const file = new Memory(TEXT);
    const taker = new Taker();
    taker.pausing = true;
    const sent = new FileSender().beginFileTransfer(file, taker, { chunkBytes: 4 });
    for (let reads = 1; reads <= 3; reads += 1) {
      await turn();
      assert.equal(file.reads, reads);
      taker.producer?.resumeProducing();
    }
    assert.equal(await sent, 10);
    assert.deepEqual(taker.taken, TEXT);
  });

  test('transforms each chunk, and counts the bytes of the file', async () => {
    const taker = new Taker();
    const transform = (chunk: Buffer): string => `<${chunk}>`;
    assert.equal(await new FileSender().beginFileTransfer(new Memory(TEXT), taker, { chunkBytes: 6, transform }), 10);
    assert.equal(String(taker.taken), '<012345><6789>');
  });

  test('rejects with what a read or a transformation failed with, and leaves the consumer free', async () => {
    const file = new Memory(TEXT);
    file.trouble = (read) => {
      if (read === 2) throw new Error('the disk is gone');
    };
    const taker = new Taker();
    await assert.rejects(
      new FileSender().beginFileTransfer(file, taker, { chunkBytes: 4 }),
      /^Error: the disk is gone$/,
    );
    assert.deepEqual([String(taker.taken), taker.unregistered], ['0123', 1]);
    const transform = (): never => {
      throw new Error('not this one');
    };
    await assert.rejects(new FileSender().beginFileTransfer(new Memory(TEXT), taker, { transform }), /not this one/);
    assert.equal(taker.unregistered, 2);
  });

  test('rejects when the consumer stops it, during a read and during a pause, and reads no more', async () => {
    for (const [pausing, sent] of [
      [false, 0],
      [true, 4],
    ] as const) {
      const file = new Memory(TEXT);
      const taker = new Taker();
      taker.pausing = pausing;
      const ended = new FileSender().beginFileTransfer(file, taker, { chunkBytes: 4 });
      if (pausing) await turn();
      taker.producer?.stopProducing();
      await assert.rejects(ended, new ConnectionClosed(`the consumer stopped after ${sent} bytes of the file`));
      assert.deepEqual([file.reads, taker.unregistered], [1, 0]);
    }
  });

  test('serves one transfer after the other, not two at a time', async () => {
    const sender = new FileSender();
    const first = sender.beginFileTransfer(new Memory(TEXT), new Taker());
    assert.throws(
      () => sender.beginFileTransfer(new Memory(TEXT), new Taker()),
      /^Error: this FileSender is busy: its last transfer/,
    );
    await first;
    const taker = new Taker();
    assert.equal(await sender.beginFileTransfer(new Memory(TEXT), taker), 10);
  });

  test('refuses an option that is no size, before it registers', () => {
    const taker = new Taker();
    const begin = (options: FileTransferOptions): Promise<number> =>
      new FileSender().beginFileTransfer(new Memory(TEXT), taker, options);
    assert.throws(() => begin({ position: -1 }), /^RangeError: position is -1, not a whole number of at least 0$/);
    assert.throws(() => begin({ byteCount: 1.5 }), /^RangeError: byteCount is 1.5, not a whole number/);
    assert.throws(() => begin({ chunkBytes: 0 }), /^RangeError: chunkBytes is 0, not a whole number of at least 1$/);
    assert.equal(taker.producer, undefined);
  });
});

describe('FileSender on a connection', () => {
  /** Sends the file and leaves at once; `ended` is how the transfer ended. */
  function sending(file: ReadableFile): { factory: Factory; ended: Promise<number> } {
    let begun: (transfer: Promise<number>) => void = () => {};
    const ended = new Promise<number>((resolve) => {
      begun = resolve;
    });
    class Sending extends Protocol {
      override connectionMade(): void {
        begun(new FileSender().beginFileTransfer(file, this.transport));
        this.transport.loseConnection();
      }
    }
    return { factory: Factory.forProtocol(Sending), ended };
  }

  test('R5 loseConnection right after the beginning waits for the whole file', async () => {
    const network = new FakeNetwork();
    const bytes = Buffer.alloc(1_000_000, 'poem ');
    const { factory, ended } = sending(new Memory(bytes));
    await network.serve(factory);
    const peer = network.arrive();
    assert.equal(await ended, bytes.length);
    await network.settled();
    assert.ok(peer.output.equals(bytes));
    assert.equal(peer.ended, 'output');
  });

  test('R11 a peer that takes nothing has two chunks read for it, and no more', async () => {
    const network = new FakeNetwork();
    const file = new Memory(Buffer.alloc(1_000_000, 'poem '));
    const { factory, ended } = sending(file);
    await network.serve(factory);
    const peer = network.arrive(false);
    await network.settled();
    assert.equal(file.reads, 2);
    peer.lose('reset');
    await assert.rejects(ended, ConnectionClosed);
    assert.equal(file.reads, 2);
  });
});
