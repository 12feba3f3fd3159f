import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { verifyFraming } from 'couplet/testing';

describe('verifyFraming of a receiver that gives raw bytes back', () => {
  /** The `Store` of docs/protocols.md. */
  class Store extends LineReceiver {
    #missing = 0;
    override lineReceived(line: Buffer): Result {
      const [, size] = /^PUT (\d{1,6})$/.exec(line.toString()) ?? [];
      if (size === undefined) this.sendLine('what?');
      else {
        this.#missing = Number(size);
        this.setRawMode();
      }
    }
    override rawDataReceived(data: Buffer): Result {
      const own = data.subarray(0, this.#missing);
      this.#missing -= own.length;
      if (this.#missing > 0) return;
      this.stored();
      this.setLineMode(data.subarray(own.length));
    }
    stored(): void {
      this.sendLine('stored');
    }
  }
  const STREAM = 'PUT 5\r\nhelloPUT 3\r\n\r\n.PUT 1\r\nxhey\r\nPUT 3\r\nPUT';

  test('R27 R30 counts what it wants of them, however much comes behind', () => {
    const names = { callbacks: ['lineReceived'], raw: ['rawDataReceived'] } as const;
    const { sequence } = verifyFraming(() => new Store(), STREAM, names);
    assert.deepEqual(sequence, [
      'lineReceived(bytes "PUT 5")',
      'rawDataReceived(bytes "hello")',
      'write(bytes "stored\\r\\n")',
      'lineReceived(bytes "PUT 3")',
      'rawDataReceived(bytes "\\r\\n.")',
      'write(bytes "stored\\r\\n")',
      'lineReceived(bytes "PUT 1")',
      'rawDataReceived(bytes "x")',
      'write(bytes "stored\\r\\n")',
      'lineReceived(bytes "hey")',
      'write(bytes "what?\\r\\n")',
      'lineReceived(bytes "PUT 3")',
      'rawDataReceived(bytes "PUT")',
      'write(bytes "stored\\r\\n")',
    ]);
  });

  test('R27 R30 also where another callback is heard before they are given back', () => {
    const names = { callbacks: ['stored'], raw: ['rawDataReceived'] } as const;
    const { sequence } = verifyFraming(() => new Store(), STREAM, names);
    assert.deepEqual(sequence.slice(0, 2), ['rawDataReceived(bytes "hello")', 'stored()']);
  });

  test('R27 R30 also where they came in several pieces', () => {
    /** Takes five raw bytes before it looks at them, and wants the first only. */
    class Hesitant extends LineReceiver {
      #held = Buffer.alloc(0);
      override lineReceived(): Result {
        this.setRawMode();
      }
      override rawDataReceived(data: Buffer): Result {
        this.#held = Buffer.concat([this.#held, data]);
        if (this.#held.length < 5) return;
        const rest = this.#held.subarray(1);
        this.#held = Buffer.alloc(0);
        this.setLineMode(rest);
      }
    }
    const names = { callbacks: ['lineReceived'], raw: ['rawDataReceived'] } as const;
    const { sequence } = verifyFraming(() => new Hesitant(), 'one\r\n!two\r\n?three\r\n', names);
    assert.deepEqual(sequence, [
      'lineReceived(bytes "one")',
      'rawDataReceived(bytes "!")',
      'lineReceived(bytes "two")',
      'rawDataReceived(bytes "?")',
      'lineReceived(bytes "three")',
    ]);
  });

  test('R27 R30 raw bytes that depend on the cut, or are lost, are still found', () => {
    class Losing extends Store {
      override setLineMode(rest?: Uint8Array): void {
        super.setLineMode(rest?.subarray(1));
      }
    }
    const names = { callbacks: ['lineReceived'], raw: ['rawDataReceived'] } as const;
    assert.throws(() => verifyFraming(() => new Losing(), STREAM, names), /when the stream is cut/);
  });

  test('R27 R30 a line of its own takes nothing back', () => {
    class Extra extends Store {
      override lineReceived(line: Buffer): Result {
        if (`${line}` === 'again') this.setLineMode(Buffer.from('o\r\n'));
        else return super.lineReceived(line);
      }
    }
    const names = { raw: ['rawDataReceived'] } as const;
    const { sequence } = verifyFraming(() => new Extra(), 'PUT 3\r\no\r\nagain\r\n', names);
    assert.deepEqual(sequence, ['rawDataReceived(bytes "o\\r\\n")', 'write(bytes "stored\\r\\nwhat?\\r\\n")']);
  });
});
