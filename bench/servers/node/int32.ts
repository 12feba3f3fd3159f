import { Int32Framer } from './int32-framer.ts';
import { serveFrames } from './serve-frames.ts';

serveFrames(
  (received) => new Int32Framer(received, 99_999),
  (payload, out) => {
    const prefix = Buffer.allocUnsafe(4);
    prefix.writeUInt32BE(payload.length);
    out.push(prefix, payload);
  },
);
