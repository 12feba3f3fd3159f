import { NetstringFramer } from './netstring-framer.ts';
import { serveFrames } from './serve-frames.ts';

const COMMA = Buffer.from(',');

serveFrames(
  (received) => new NetstringFramer(received, 99_999),
  (payload, out) => {
    out.push(Buffer.from(`${payload.length}:`, 'latin1'), payload, COMMA);
  },
);
