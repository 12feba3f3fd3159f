import type { Answerer } from './answerer.ts';
import type { Framer, Received } from './framer.ts';
import { Int32Framer } from './int32-framer.ts';
import { LineFramer } from './line-framer.ts';
import { NetstringFramer } from './netstring-framer.ts';

const CRLF = Buffer.from('\r\n');
const COMMA = Buffer.from(',');

/** Adds the pieces of the answer to a frame. */
type Answer = (payload: Buffer, out: Buffer[]) => void;

/** Answers every frame with itself; the answers to one chunk are one buffer. */
class FrameEcho implements Answerer {
  private readonly framer: Framer;
  private out: Buffer[] = [];

  constructor(framerFor: (received: Received) => Framer, answer: Answer) {
    this.framer = framerFor((payload) => answer(payload, this.out));
  }

  push(chunk: Buffer): Buffer | undefined {
    this.framer.push(chunk);
    if (this.out.length === 0) return undefined;
    const all = Buffer.concat(this.out);
    this.out = [];
    return all;
  }
}

/** Lines that end with CRLF or LF, back with CRLF. */
export function lineEcho(): Answerer {
  return new FrameEcho(
    (received) => new LineFramer(received, 16_384),
    (line, out) => {
      out.push(line, CRLF);
    },
  );
}

/** Netstrings. */
export function netstringEcho(): Answerer {
  return new FrameEcho(
    (received) => new NetstringFramer(received, 99_999),
    (payload, out) => {
      out.push(Buffer.from(`${payload.length}:`, 'latin1'), payload, COMMA);
    },
  );
}

/** Strings after a big-endian length of four bytes. */
export function int32Echo(): Answerer {
  return new FrameEcho(
    (received) => new Int32Framer(received, 99_999),
    (payload, out) => {
      const prefix = Buffer.allocUnsafe(4);
      prefix.writeUInt32BE(payload.length);
      out.push(prefix, payload);
    },
  );
}
