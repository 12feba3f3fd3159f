import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Protocol } from 'couplet';
import { encodeLengthPrefixed, encodeLine, encodeNetstring } from 'couplet/framing';
import { Int32StringReceiver, LineReceiver, NetstringReceiver, TextLineReceiver } from 'couplet/protocols';
import { StringTransport } from 'couplet/testing';

class LongLines extends LineReceiver {
  override maxLength = 2_000_000;
}

class Raw extends LineReceiver {
  override connectionMade(): void {
    this.setRawMode();
  }
}

const MEGABYTE = Buffer.alloc(1_000_000, 'x');
const empty = encodeNetstring('');

const RECEIVERS: Record<string, { make: () => Protocol; stream: Buffer }> = {
  'one line': { make: () => new LongLines(), stream: encodeLine(MEGABYTE) },
  'empty lines': { make: () => new TextLineReceiver(), stream: Buffer.alloc(1_000_000, '\r\n') },
  'raw bytes': { make: () => new Raw(), stream: MEGABYTE },
  'empty netstrings': { make: () => new NetstringReceiver(), stream: Buffer.alloc(999_999, empty) },
  'strings of 99,999 bytes': {
    make: () => new Int32StringReceiver(),
    stream: Buffer.alloc(1_000_030, encodeLengthPrefixed(4, MEGABYTE.subarray(0, 99_999))),
  },
};

describe('the cost of a receiver', () => {
  for (const [name, { make, stream }] of Object.entries(RECEIVERS)) {
    test(`R28 1 MB of ${name} in chunks of one byte takes less than a second`, () => {
      const times = [1, 2, 3].map(() => {
        const protocol = make();
        protocol.makeConnection(new StringTransport());
        const begin = performance.now();
        for (let at = 0; at < stream.length; at += 1) protocol.dataReceived(stream.subarray(at, at + 1));
        return performance.now() - begin;
      });
      assert.ok(Math.min(...times) < 1000, `it took ${times.map(Math.round).join(', ')} ms`);
    });
  }
});
