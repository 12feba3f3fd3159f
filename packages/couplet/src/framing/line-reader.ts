/** Makes lines of the bytes between delimiters. */
export interface LineReader<Line> {
  /**
   * A chunk as a string of one character for each byte, in which a delimiter can be searched; `ascii` says that the
   * delimiter is ASCII.
   */
  open(chunk: Buffer, ascii: boolean): string;
  /** The line from `start` to `end` of the chunk that was opened last, and its string. */
  cut(chunk: Buffer, text: string, start: number, end: number): Line;
  /** The line that consists of these bytes. */
  whole(bytes: Buffer): Line;
}

/** Lines as bytes: views of the chunk. */
export class BytesReader implements LineReader<Buffer> {
  open(chunk: Buffer): string {
    return chunk.toString('latin1');
  }

  cut(chunk: Buffer, _text: string, start: number, end: number): Buffer {
    return chunk.subarray(start, end);
  }

  whole(bytes: Buffer): Buffer {
    return bytes;
  }
}

/** Lines in Latin-1: the string that is searched is the text itself. */
export class Latin1Reader implements LineReader<string> {
  open(chunk: Buffer): string {
    return chunk.toString('latin1');
  }

  cut(_chunk: Buffer, text: string, start: number, end: number): string {
    return text.slice(start, end);
  }

  whole(bytes: Buffer): string {
    return bytes.toString('latin1');
  }
}

/**
 * Lines in UTF-8. A chunk that is decoded to one character for each byte is searched and sliced as that string; others,
 * which are not all ASCII, are searched byte for character and decoded line by line.
 */
export class UTF8Reader implements LineReader<string> {
  #decoded = false;

  open(chunk: Buffer, ascii: boolean): string {
    const text = ascii ? chunk.toString() : '';
    this.#decoded = text.length === chunk.length;
    return this.#decoded ? text : chunk.toString('latin1');
  }

  cut(chunk: Buffer, text: string, start: number, end: number): string {
    return this.#decoded ? text.slice(start, end) : chunk.toString('utf8', start, end);
  }

  whole(bytes: Buffer): string {
    return bytes.toString();
  }
}
