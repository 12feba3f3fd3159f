import { LengthLimitError, LineTooLongError } from '../framing/errors.ts';
import { piecesOf } from './cut.ts';
import { printed, Sequence } from './sequence.ts';

/** What `verifyFraming` needs of a decoder: bytes in, frames out. */
export interface FrameDecoder {
  /** Takes the next bytes of the stream; they are the decoder's. */
  push(chunk: Buffer): unknown;
  /** The next whole frame; undefined until more bytes come. May throw for what no frame can be. */
  next(): unknown;
}

/** True for the errors after which the decoders of this package go on. */
export function isLimit(error: unknown): boolean {
  return error instanceof LineTooLongError || error instanceof LengthLimitError;
}

/** So many frames for each byte are taken for frames without end. */
const FRAMES_PER_BYTE = 64;

/**
 * Gives the pieces to a decoder, taking every frame as soon as it is there, and lists frames and errors. An error ends it
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

/** Frames belong to whoever took them: the decoder may not write where they are. */
function expectKept(frames: readonly unknown[], list: readonly string[]): void {
  for (const [index, frame] of frames.entries()) {
    const now = printed(frame);
    if (list[index]?.endsWith(`(${now})`) !== true) {
      throw new Error(`${list[index]} was overwritten after it was taken: it is ${now} now`);
    }
  }
}
