import { described } from '../values/checks.ts';
import { FramingError } from './errors.ts';

/** How many bytes are looked at one by one before the runtime searches: a call of it costs as much. */
const NEAR = 48;

/** The index behind the next delimiter; -1 if there is none. */
export function behind(chunk: Buffer, from: number, ending: Buffer): number {
  const last = ending.length - 1;
  const final = ending[last] as number;
  const near = Math.min(chunk.length, from + last + NEAR);
  for (let at = from + last; at < near; at += 1)
    if (chunk[at] === final && matches(chunk, at - last, ending)) return at + 1;
  for (let at = chunk.indexOf(final, near); at >= 0; at = chunk.indexOf(final, at + 1))
    if (matches(chunk, at - last, ending)) return at + 1;
  return -1;
}

/** The integer of that many bytes at an index. */
export function integerAt(bytes: Buffer, at: number, size: 1 | 2 | 4, little: boolean): number {
  return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}

/** True if the bytes of a delimiter stand at an index. */
export function matches(chunk: Buffer, from: number, ending: Buffer): boolean {
  for (let at = 0; at < ending.length; at += 1) if (chunk[from + at] !== ending[at]) return false;
  return true;
}

/** The last bytes of a piece that follows others, of which `edge` are the last. */
export function endOf(edge: Buffer, piece: Buffer, most: number): Buffer {
  if (piece.length >= most) return piece.subarray(piece.length - most);
  return Buffer.concat([edge, piece]).subarray(-most);
}

/** The number whose digits these are. Throws a `FramingError` for anything else. */
export function numberOf(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number))
    throw new FramingError(`${described(text)} is not a decimal number of at most 2^53 - 1`);
  return number === 0 ? 0 : number;
}
