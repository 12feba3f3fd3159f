import type { Cut } from './cut.ts';
import { cutsOf, fewest } from './cut.ts';
import type { FrameDecoder } from './play-decoder.ts';
import { isLimit, playDecoder } from './play-decoder.ts';
import type { FramedProtocol } from './play-protocol.ts';
import { playProtocol } from './play-protocol.ts';

/** How `verifyFraming` cuts. */
export interface CutOptions {
  /** How many times it cuts at random; 1,000 unless set. */
  readonly cuts?: number;
  /** Decides where those cuts fall: the same places for the same seed. 1 unless set. */
  readonly seed?: number;
}

/** Options of `verifyFraming` for a decoder. */
export interface DecoderCutOptions extends CutOptions {
  /**
   * True for an error after which `next` may be called again. Any other ends the stream. Unless set, `LineTooLongError` and
   * `LengthLimitError` are such errors.
   */
  readonly goesOn?: (error: unknown) => boolean;
}

/** The names of the methods of P. */
export type MethodOf<P> = {
  [K in keyof P]-?: NonNullable<P[K]> extends (...args: never[]) => unknown ? K : never;
}[keyof P] &
  string;

/** Options of `verifyFraming` for a protocol. */
export interface ProtocolCutOptions<P> extends CutOptions {
  /** The methods that get a frame each: what they get must be the same, in the same order. */
  readonly callbacks?: readonly MethodOf<P>[];
  /**
   * The methods that get raw bytes, however cut: what they get between two frames must be the same when joined. Of those for
   * `rawDataReceived` of a receiver of lines what it gives back by `setLineMode` does not count.
   */
  readonly raw?: readonly MethodOf<P>[];
}

/** What `verifyFraming` found. */
export interface FramingReport {
  /** What came of the stream, as text such as `lineReceived("hello")`, `frame(bytes "hello")` or `throw(TypeError: no)`. */
  readonly sequence: readonly string[];
  /** In how many ways the stream was cut. */
  readonly cuts: number;
}

/** Gives the stream, cut at these places, to a new subject, and lists what came of it. */
type Play = (places: readonly number[]) => readonly string[];

/** So many bytes are shown on each side of a cut, and so many characters around a difference. */
const AROUND = 16;
const SHOWN = 60;
/** So many places of a cut are named. */
const NAMED = 8;

/**
 * Shows that it makes no difference how a stream is cut: gives it to one new subject after the other, in one piece, in two
 * pieces cut at every place, byte by byte, and cut at random, and compares what comes of it.
 *
 * The subject is a function that makes a decoder, or a protocol without a connection. Of a decoder the frames and errors
 * count; of a protocol what the named callbacks get, what it writes (joined, between two callbacks), how it ends the
 * connection and what it throws. A protocol that pauses is resumed, and must lose nothing. A string stands for its UTF-8.
 *
 * Each cut costs time in the length of the stream, and there are more cuts the longer it is: a few hundred bytes are
 * a good length.
 *
 * Throws an `Error` that shows the first difference and the cut, made as simple as possible, that causes it; a
 * `TypeError` for a subject that is neither, that misses a named callback, or that returns promises; a `RangeError` for an
 * empty stream.
 */
export function verifyFraming<P extends FramedProtocol>(
  subject: () => P,
  stream: Uint8Array | string,
  options?: ProtocolCutOptions<P>,
): FramingReport;
export function verifyFraming(
  subject: () => FrameDecoder,
  stream: Uint8Array | string,
  options?: DecoderCutOptions,
): FramingReport;
export function verifyFraming(
  subject: () => FramedProtocol | FrameDecoder,
  stream: Uint8Array | string,
  options: DecoderCutOptions & { readonly callbacks?: readonly string[]; readonly raw?: readonly string[] } = {},
): FramingReport {
  const bytes = Buffer.from(stream);
  if (bytes.length === 0) throw new RangeError('an empty stream cannot be cut');
  const { cuts = 1000, seed = 1, callbacks = [], raw = [], goesOn = isLimit } = options;
  const play: Play = (places) => {
    const one = subject();
    if ('dataReceived' in one) return playProtocol(one, bytes, places, { callbacks, raw });
    if ('push' in one) return playDecoder(one, bytes, places, goesOn);
    throw new TypeError(
      'the subject returned neither a decoder (push, next) nor a protocol (makeConnection, dataReceived)',
    );
  };
  const whole = play([]);
  let count = 0;
  for (const cut of cutsOf(bytes.length, cuts, seed)) {
    count += 1;
    if (!same(play(cut.places), whole)) throw new Error(difference(play, whole, cut, bytes));
  }
  return { sequence: whole, cuts: count };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

/** What is different, and where the simplest such cut is. */
function difference(play: Play, whole: readonly string[], cut: Cut, bytes: Buffer): string {
  const places = fewest(cut.places, (some) => !same(play(some), whole));
  const cutting = play(places);
  const at = whole.findIndex((entry, index) => entry !== cutting[index]);
  const index = at === -1 ? whole.length : at;
  const [is, should] = excerpts(cutting[index], whole[index]);
  return `entry ${index + 1} is ${is}, not ${should}, when the stream is cut ${describe(places, cut.name, bytes)}`;
}

function describe(places: readonly number[], name: string, bytes: Buffer): string {
  if (places.length === 0) return 'nowhere and played a second time';
  const spots = places.slice(0, NAMED).map((place) => {
    const before = escaped(bytes.subarray(Math.max(0, place - AROUND), place).toString('latin1'));
    return `${place} (${before} | ${escaped(bytes.subarray(place, place + AROUND).toString('latin1'))})`;
  });
  const more = places.length > NAMED ? ` and ${places.length - NAMED} more` : '';
  return `at byte ${spots.join(', ')}${more} [${name}]`;
}

/** Both entries, of long ones the part where they begin to differ. */
function excerpts(a = 'missing', b = 'missing'): [string, string] {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  const start = Math.max(0, from - SHOWN / 2);
  const cut = (text: string): string =>
    `${start > 0 ? '...' : ''}${visible(text.slice(start, start + SHOWN))}${text.length > start + SHOWN ? '...' : ''}`;
  return [cut(a), cut(b)];
}

function escaped(text: string): string {
  return visible(JSON.stringify(text));
}

/** The text with everything beyond ASCII escaped. */
function visible(text: string): string {
  return text.replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
