/** How a format says the length of the string that follows. */
export interface Prefix {
  /** No prefix has more bytes than this. */
  readonly most: number;
  /** How many bytes follow each string, of its format and not its own. */
  readonly trailer: 0 | 1;
  /** What the prefix said that was read last. */
  length: number;
  /**
   * Reads the prefix that begins there, and returns how many bytes it has; 0 when it does not end within these. Throws a
   * `FramingError` at the first byte that it cannot have.
   */
  read(bytes: Buffer, from: number, maxLength: number): number;
  /** The prefix of a string of so many bytes; not to be changed. Throws a `StringTooLongError` when there is none. */
  write(length: number): Buffer;
  /** Throws a `FramingError` unless that is the byte of the trailer. */
  checkTrailer(byte: number | undefined): void;
}

/** Prefixes of strings of fewer bytes are made once: a buffer costs as much as the rest of sending a short string. */
const SHORT = 256;

/** The same function, which remembers what it made for short strings. */
export function remembering(make: (length: number) => Buffer): (length: number) => Buffer {
  const made: Buffer[] = [];
  return (length) => {
    if (length >= SHORT) return make(length);
    made[length] ??= make(length);
    return made[length];
  };
}
