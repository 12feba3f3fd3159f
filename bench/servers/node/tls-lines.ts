import { LineFramer } from './line-framer.ts';
import { serveFrames } from './serve-frames.ts';

const CRLF = Buffer.from('\r\n');
const [cert = '', key = ''] = process.argv.slice(2);

serveFrames(
  (received) => new LineFramer(received, 16_384),
  (line, out) => {
    out.push(line, CRLF);
  },
  { cert, key },
);
