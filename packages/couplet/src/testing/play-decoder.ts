import { LengthLimitError, LineTooLongError } from '../framing/errors.ts';
import { piecesOf } from './cut.ts';
import { printed, Sequence } from './sequence.ts';

/** The methods of a decoder that `verifyFraming` uses. */
export interface FrameDecoder {
  /** Called with the next bytes of the stream, which belong to the decoder. What it returns is ignored. */
  push(chunk: Buffer): unknown;
  /** Returns the next whole frame; undefined until more bytes are pushed. May throw for bytes that cannot become a frame. */
  next(): unknown;
}

/** True for the errors after which the decoders of this package go on. */
export function isLimit(error: unknown): boolean {
  return error instanceof LineTooLongError || error instanceof LengthLimitError;
}

/** More frames than this for each byte count as endless. */
const FRAMES_PER_BYTE = 64;

/**
 * Gives the pieces to a decoder, takes every frame as soon as it is there, and lists frames and errors. An error ends this,
 * unless the decoder goes on after it.
 */
export function playDecoder(
  decoder: FrameDecoder,
  stream: Buffer,
  places: readonly number[],
  goesOn: (error: unknown) => boolean,
): readonly string[] {
  const sequence = new Sequence();
  const frames: unknown[] = [];
  const most = FRAMES_PER_BYTE * (stream.length + 1);
  pieces: for (const piece of piecesOf(stream, places)) {
    decoder.push(piece);
    for (;;) {
      try {
        const frame = decoder.next();
        if (frame === undefined) break;
        frames.push(frame);
        sequence.add('frame', frame);
      } catch (error) {
        sequence.add('throw', error);
        frames.push(error);
        if (!goesOn(error)) break pieces;
      }
      if (frames.length > most) throw new Error(`next() returned more than ${most} frames for ${stream.length} bytes`);
    }
  }
  const list = sequence.list();
  expectKept(frames, list);
  return list;
}

/** Throws an `Error` if a frame has changed: frames belong to the caller of `next`, so the decoder must not overwrite them. */
function expectKept(frames: readonly unknown[], list: readonly string[]): void {
  for (const [index, frame] of frames.entries()) {
    const now = printed(frame);
    if (list[index]?.endsWith(`(${now})`) !== true) {
      throw new Error(`${list[index]} was overwritten after it was taken: it is ${now} now`);
    }
  }
}
