import type { Cut } from './cut.ts';
import { cutsOf, fewest } from './cut.ts';
import type { FrameDecoder } from './play-decoder.ts';
import { isLimit, playDecoder } from './play-decoder.ts';
import type { FramedProtocol } from './play-protocol.ts';
import { playProtocol } from './play-protocol.ts';

/** Options of `verifyFraming`: how it cuts the stream at random. */
export interface CutOptions {
  /** How many random ways to cut are tried; 1,000 unless set. */
  readonly cuts?: number;
  /** Determines the random places: they are equal for equal seeds. 1 unless set. */
  readonly seed?: number;
}

/** Options of `verifyFraming` for a decoder. */
export interface DecoderCutOptions extends CutOptions {
  /**
   * Returns true for an error after which `next` may be called again; other errors end the stream. Unless set, it is true for
   * `LineTooLongError` and `LengthLimitError`.
   */
  readonly goesOn?: (error: unknown) => boolean;
}

/** The names of the methods of the type P. */
export type MethodOf<P> = {
  [K in keyof P]-?: NonNullable<P[K]> extends (...args: never[]) => unknown ? K : never;
}[keyof P] &
  string;

/** Options of `verifyFraming` for a protocol. */
export interface ProtocolCutOptions<P> extends CutOptions {
  /**
   * The methods that are called with a frame each: their arguments must be equal, and in an equal order, for every cut. None
   * unless set.
   */
  readonly callbacks?: readonly MethodOf<P>[];
  /**
   * The methods that are called with raw bytes, cut anywhere: what they get between two frames, joined, must be equal for every
   * cut. None unless set. Bytes that `rawDataReceived` of a receiver of lines gives back by `setLineMode` do not count.
   */
  readonly raw?: readonly MethodOf<P>[];
}

/** The result of `verifyFraming`. */
export interface FramingReport {
  /** What the stream led to, as texts such as `lineReceived("hello")`, `frame(bytes "hello")` or `throw(TypeError: no)`. */
  readonly sequence: readonly string[];
  /** How many ways to cut the stream were tried. */
  readonly cuts: number;
}

/** Gives the stream, cut at these places, to a new subject, and lists what it led to. */
type Play = (places: readonly number[]) => readonly string[];

/** How many bytes a message shows on each side of a cut, and how many characters around a difference. */
const AROUND = 16;
const SHOWN = 60;
/** How many places of a cut a message names. */
const NAMED = 8;

/**
 * Verifies that the way in which a stream is cut makes no difference: gives it to one new subject after the other, in one piece,
 * in two pieces cut at every place, byte by byte, and cut at random, and compares the outcomes. Returns the outcome and the
 * number of cuts.
 *
 * `subject` is a function that returns a new decoder, or a new protocol without a connection, each time. The outcome of a decoder
 * is its frames and errors; that of a protocol is what the named callbacks get, what it writes (joined, between two callbacks),
 * how it ends the connection and what it throws. A protocol that pauses is resumed, and must not lose anything. `stream` is
 * bytes, or a string that is encoded in UTF-8; it is copied.
 *
 * The time grows with the square of the length of the stream: a few hundred bytes are a good length.
 *
 * Throws an `Error` that shows the first difference and the simplest cut that was found to cause it; a `TypeError` for a subject
 * that is neither a decoder nor a protocol, that does not have a named callback, or whose callbacks return promises; a
 * `RangeError` for an empty stream.
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

/** Says what is different, and for which cut, which is made as simple as possible. */
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

/** Both entries; of long ones the part where they begin to differ. */
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
