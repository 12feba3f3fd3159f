/** Bytes of which no two stretches are alike, twice. */
const SIZE = 1024 * 1024;
const BYTES = twice(randomBytes(SIZE));
const STRIDE = 4099;

/** The bytes of a text from one place on, at most a megabyte; each number has a text of its own, which has no end. They are not to be changed. */
export function passage(id: number, from: number, length: number): Buffer {
  if (length > SIZE) throw new RangeError(`${length} is more than ${SIZE} bytes`);
  const start = (id * STRIDE + from) % SIZE;
  return BYTES.subarray(start, start + length);
}

/** The same on each run. */
function randomBytes(size: number): Buffer {
  const words = new Uint32Array(size / 4);
  let word = 1;
  for (let at = 0; at < words.length; at += 1) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[at] = word;
  }
  return Buffer.from(words.buffer);
}

function twice(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, bytes]);
}
