import { EMPTY } from '../bytes/chunk.ts';

/** Makes lines from the bytes between delimiters. */
export interface LineReader<Line> {
  /**
   * Returns a part of a chunk as a string of one character for each byte, in which a delimiter can be searched; `ascii` says that
   * the delimiter is ASCII.
   */
  open(chunk: Buffer, from: number, to: number, ascii: boolean): string;
  /** Returns the line from `start` to `end` of the part that was opened last; that begins at `from`, and `text` is its string. */
  cut(chunk: Buffer, from: number, text: string, start: number, end: number): Line;
  /** Returns the line that consists of these bytes. */
  whole(bytes: Buffer): Line;
}

/** Lines as bytes: views of the chunk. */
export class BytesReader implements LineReader<Buffer> {
  open(chunk: Buffer, from: number, to: number): string {
    return chunk.toString('latin1', from, to);
  }

  cut(chunk: Buffer, _from: number, _text: string, start: number, end: number): Buffer {
    return start === end ? EMPTY : chunk.subarray(start, end);
  }

  whole(bytes: Buffer): Buffer {
    return bytes;
  }
}

/** Lines in Latin-1: the string that is searched is the text itself. */
export class Latin1Reader implements LineReader<string> {
  open(chunk: Buffer, from: number, to: number): string {
    return chunk.toString('latin1', from, to);
  }

  cut(_chunk: Buffer, from: number, text: string, start: number, end: number): string {
    return text.slice(start - from, end - from);
  }

  whole(bytes: Buffer): string {
    return bytes.toString('latin1');
  }
}

/**
 * Lines in UTF-8. What is decoded to one character for each byte is searched and sliced as that string; the rest, which is
 * not all ASCII, is searched byte for character and decoded line by line.
 */
export class UTF8Reader implements LineReader<string> {
  #decoded = false;

  open(chunk: Buffer, from: number, to: number, ascii: boolean): string {
    const text = ascii ? chunk.toString('utf8', from, to) : '';
    this.#decoded = text.length === to - from;
    return this.#decoded ? text : chunk.toString('latin1', from, to);
  }

  cut(chunk: Buffer, from: number, text: string, start: number, end: number): string {
    return this.#decoded ? text.slice(start - from, end - from) : chunk.toString('utf8', start, end);
  }

  whole(bytes: Buffer): string {
    return bytes.toString();
  }
}
