import type { Dice } from '../../src/time/dice.ts';

/** The head of a TLS record: its type, its version, its length (RFC 8446, section 5.1). */
const HEAD = 5;
/** Types of records, and some that are none. */
const TYPES = [0x00, 0x14, 0x15, 0x16, 0x17, 0x18, 0x47, 0x80, 0xff] as const;
const LENGTHS = [0, 1, 4, 255, 0x4000, 0x4101, 0xffff] as const;

/** What comes where a hello is expected: the hello given, changed, cut into other records, several times, or no TLS at all. */
export function mutant(hello: Buffer, dice: Dice): Buffer {
  switch (dice.whole(0, 9)) {
    case 0:
      return noise(dice, dice.whole(0, 600));
    case 1:
      return Buffer.concat([recut(hello, dice), changed(hello, dice)]);
    case 2:
      return Buffer.concat([record(dice, dice.pick(TYPES), noise(dice, dice.whole(0, 40))), hello]);
    case 3:
      return Buffer.concat([hello, record(dice, dice.pick(TYPES), noise(dice, dice.whole(0, 40)))]);
    case 4:
      return recut(changed(hello, dice), dice);
    case 5:
      return recut(hello, dice).subarray(0, dice.whole(0, hello.length));
    default: {
      let bytes = changed(hello, dice);
      for (let more = dice.whole(0, 4); more > 0; more -= 1) bytes = changed(bytes, dice);
      return bytes;
    }
  }
}

/** One change: some bytes, a length, a piece more, less or twice, the end cut off, another type. */
function changed(hello: Buffer, dice: Dice): Buffer {
  const at = dice.whole(0, Math.max(0, hello.length - 2));
  const to = Math.min(hello.length, at + dice.whole(1, 16));
  const put = (what: Uint8Array, from: number): Buffer =>
    Buffer.concat([hello.subarray(0, at), what, hello.subarray(from)]);
  switch (dice.whole(0, 6)) {
    case 0:
      return put(noise(dice, to - at), to);
    case 1:
      return put(noise(dice, to - at), at);
    case 2:
      return put(hello.subarray(at, to), at);
    case 3:
      return put(new Uint8Array(), to);
    case 4:
      return hello.subarray(0, at);
    case 5:
      return put(Uint8Array.of(dice.pick(TYPES)), at + 1);
    default: {
      const length = dice.pick(LENGTHS);
      return put(Uint8Array.of(length >> 8, length & 0xff), at + 2);
    }
  }
}

/** The same message in records cut anywhere, now and then with an empty one between them. */
function recut(hello: Buffer, dice: Dice): Buffer {
  const message = hello.subarray(HEAD);
  const records: Buffer[] = [];
  for (let from = 0; from < message.length; ) {
    const to = from + dice.whole(dice.chance(0.1) ? 0 : 1, dice.chance(0.2) ? 8 : message.length - from);
    records.push(record(dice, 0x16, message.subarray(from, to)));
    from = to;
  }
  return Buffer.concat(records);
}

function record(dice: Dice, type: number, content: Uint8Array): Buffer {
  const head = Buffer.from([type, 3, dice.whole(0, 4), content.length >> 8, content.length & 0xff]);
  return Buffer.concat([head, content]);
}

function noise(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice.whole(0, 255)));
}
