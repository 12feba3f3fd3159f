import { Dice } from '../time/dice.ts';

/** One way to cut a stream. */
export interface Cut {
  /** How it was made. */
  readonly name: string;
  /** Before which bytes it cuts, in ascending order; neither before the first nor after the last. */
  readonly places: readonly number[];
}

/** The ways to cut a stream of `length` bytes: not at all, in two at each place, byte by byte, and `random` times at random. */
export function* cutsOf(length: number, random: number, seed: number): Generator<Cut> {
  yield { name: 'played a second time', places: [] };
  for (let at = 1; at < length; at += 1) yield { name: 'in two', places: [at] };
  yield { name: 'byte by byte', places: Array.from({ length: length - 1 }, (_, index) => index + 1) };
  const dice = new Dice(String(seed));
  for (let count = 1; count <= random; count += 1) {
    yield { name: `at random, number ${count} of seed ${seed}`, places: scatter(length, dice) };
  }
}

/** The pieces of the stream between the places, each a copy that shares nothing with the others. */
export function* piecesOf(stream: Buffer, places: readonly number[]): Generator<Buffer> {
  let from = 0;
  for (const place of places) {
    yield Buffer.from(stream.subarray(from, place));
    from = place;
  }
  yield Buffer.from(stream.subarray(from));
}

/**
 * The fewest of the places that still make a difference, as far as a few hundred tries can tell: leaves out ever smaller
 * blocks of them.
 */
export function fewest(places: readonly number[], differs: (places: readonly number[]) => boolean): readonly number[] {
  let left = places;
  let tries = 300;
  for (let block = left.length >> 1; block >= 1; block >>= 1) {
    for (let at = 0; at < left.length && tries > 0; tries -= 1) {
      const fewer = left.toSpliced(at, block);
      if (fewer.length > 0 && differs(fewer)) left = fewer;
      else at += block;
    }
  }
  return left;
}

/** Random places: pieces up to a length that is itself by chance, and more often short than long. */
function scatter(length: number, dice: Dice): number[] {
  const most = 1 + dice.whole(0, dice.whole(0, length - 1));
  const places: number[] = [];
  for (let at = 1 + dice.whole(0, most - 1); at < length; at += 1 + dice.whole(0, most - 1)) places.push(at);
  return places;
}
