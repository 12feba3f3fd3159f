import { describe, test } from 'node:test';
import type { Protocol } from 'couplet';
import { decoder, encodeLengthPrefixed, encodeLine, encodeNetstring } from 'couplet/framing';
import {
  FrameReceiver,
  Int32StringReceiver,
  LineReceiver,
  NetstringReceiver,
  TextLineReceiver,
} from 'couplet/protocols';
import { StringTransport } from 'couplet/testing';
import { assertLinear } from '../growth.ts';

class LongLines extends LineReceiver {
  override maxLength = 2_000_000;
  override lineReceived(): void {}
}

class Texts extends TextLineReceiver {
  override lineReceived(): void {}
}

class Netstrings extends NetstringReceiver {
  override stringReceived(): void {}
}

class Strings extends Int32StringReceiver {
  override stringReceived(): void {}
}

class Raw extends LineReceiver {
  override connectionMade(): void {
    this.setRawMode();
  }
  override rawDataReceived(): void {}
}

/** Takes two raw bytes behind each line. */
class Turns extends LineReceiver {
  override lineReceived(): void {
    this.setRawMode();
  }
  override rawDataReceived(data: Buffer): void {
    this.setLineMode(data.subarray(2));
  }
}

/** Has another delimiter for every second line. */
class Delimiters extends LineReceiver {
  override lineReceived(): void {
    this.delimiter = this.delimiter === '|' ? '\r\n' : '|';
  }
}

/** Reads a line of its own behind each line that arrives. */
class Extra extends LineReceiver {
  override lineReceived(line: Buffer): void {
    if (line.length === 8) this.setLineMode(Buffer.from('extra\r\n'));
  }
}

/** A body of two bytes behind each line. */
class Bodies extends LineReceiver {
  override lineReceived(): void {
    this.expectBytes(2);
  }
  override bytesReceived(): void {}
}

/** Two raw bytes behind each line, counted. */
class Counted extends LineReceiver {
  override lineReceived(): void {
    this.setRawMode(2);
  }
  override rawDataReceived(): void {}
}

/** One body, as long as the stream. */
class Body extends LineReceiver {
  override maxBodyLength = 2_000_000;
  override connectionMade(): void {
    this.expectBytes(1_000_000);
  }
  override bytesReceived(): void {}
}

/** Two bytes behind each line. */
class Frames extends FrameReceiver<Buffer> {
  override readonly decoder = decoder(function* (input) {
    yield* input.line();
    return yield* input.bytes(2);
  });
  override frameReceived(): void {}
}

const MEGABYTE = Buffer.alloc(1_000_000, 'x');
const empty = encodeNetstring('');

const RECEIVERS: Record<string, { make: () => Protocol; stream: Buffer }> = {
  'one line': { make: () => new LongLines(), stream: encodeLine(MEGABYTE) },
  'empty lines': { make: () => new Texts(), stream: Buffer.alloc(1_000_000, '\r\n') },
  'raw bytes': { make: () => new Raw(), stream: MEGABYTE },
  'lines and raw bytes by turns': { make: () => new Turns(), stream: Buffer.alloc(1_000_000, 'x\r\n\r\n') },
  'lines with two delimiters by turns': { make: () => new Delimiters(), stream: Buffer.alloc(1_000_000, 'x\r\nx|') },
  'lines with others in between': { make: () => new Extra(), stream: Buffer.alloc(1_000_000, '12345678\r\n') },
  'bodies of two bytes': { make: () => new Bodies(), stream: Buffer.alloc(1_000_000, 'x\r\n\r\n') },
  'raw bytes that are counted': { make: () => new Counted(), stream: Buffer.alloc(1_000_000, 'x\r\n\r\n') },
  'one body': { make: () => new Body(), stream: MEGABYTE },
  'frames of a generator': { make: () => new Frames(), stream: Buffer.alloc(1_000_000, 'x\r\n\r\n') },
  'empty netstrings': { make: () => new Netstrings(), stream: Buffer.alloc(999_999, empty) },
  'strings of 99,999 bytes': {
    make: () => new Strings(),
    stream: Buffer.alloc(1_000_030, encodeLengthPrefixed(4, MEGABYTE.subarray(0, 99_999))),
  },
};

/** Gives the beginning of a stream to a receiver, in chunks of that many bytes. */
function feed(protocol: Protocol, stream: Buffer, bytes: number, size: number): void {
  for (let at = 0; at < bytes; at += size) protocol.dataReceived(stream.subarray(at, Math.min(at + size, bytes)));
}

describe('the cost of a receiver', () => {
  for (const [name, { make, stream }] of Object.entries(RECEIVERS)) {
    for (const [pieces, size] of Object.entries({ 'chunks of one byte': 1, 'one chunk': stream.length })) {
      test(`R28 1 MB of ${name} in ${pieces} takes four times as long as a quarter of it`, () => {
        assertLinear(stream.length, (bytes) => {
          const protocol = make();
          protocol.makeConnection(new StringTransport());
          return () => feed(protocol, stream, bytes, size);
        });
      });
    }
  }
});
