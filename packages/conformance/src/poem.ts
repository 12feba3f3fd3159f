import { expect } from './check.ts';

/** The longest poem so far: each is the beginning of all longer ones. */
let longest: Buffer = Buffer.alloc(0);

/**
 * Returns `bytes` bytes in which no stretch repeats another, so that a byte that is lost, doubled or misplaced shows. All poems share
 * their memory: they must not be changed.
 */
export function poemOf(bytes: number): Buffer {
  if (longest.length < bytes) longest = compose(bytes);
  return longest.subarray(0, bytes);
}

function compose(bytes: number): Buffer {
  const poem = Buffer.allocUnsafe(Math.ceil(bytes / 4) * 4);
  for (let at = 0; at < poem.length; at += 4) poem.writeUInt32BE(Math.imul(at, 2654435761) >>> 0, at);
  return poem;
}

/** Throws an `Error` that says where they differ unless the bytes are the poem. */
export function expectPoem(bytes: Buffer, poem: Buffer, who: string): void {
  if (bytes.equals(poem)) return;
  const at = bytes.findIndex((byte, index) => byte !== poem[index]);
  const where = at === -1 ? '' : `, and differs from byte ${at} on`;
  expect(false, `${who} got ${bytes.length} of ${poem.length} bytes${where}`);
}
