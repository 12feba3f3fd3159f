import { Dice } from '../time/dice.ts';
import { Intake } from './intake.ts';
import { TlsBreach } from './tls-breach.ts';

/** The kinds of content of a record (RFC 8446, section 5.1). */
export const ALERT = 21;
export const HANDSHAKE = 22;
export const DATA = 23;

/** The longest content of a record, and the longest of one that is protected, in bytes. */
const MOST = 16_384;
const MOST_PROTECTED = MOST + 256;
const HEADER = 5;
/** The bytes after the content of a protected record: its type, and the tag which proves that it is the next one. */
const TAG = 16;

/** The content of a record. */
export interface TlsRecord {
  readonly type: number;
  readonly content: Buffer;
}

/**
 * Protects the records of one direction. The content stays in clear, since a simulation has nothing to hide. But each record
 * ends with the next bytes of a sequence that only the two sides know, so a record from elsewhere is noticed.
 */
export class Seal {
  readonly #dice: Dice;

  constructor(secret: string) {
    this.#dice = new Dice(secret);
  }

  /** The tag of the next record. */
  tag(): Buffer {
    const tag = Buffer.allocUnsafe(TAG);
    for (let at = 0; at < TAG; at += 4) tag.writeUInt32BE(this.#dice.whole(0, 0xff_ff_ff_ff), at);
    return tag;
  }
}

/** The records of some bytes, as one chunk; in clear while there is no seal. */
export function recordsOf(type: number, bytes: Uint8Array, seal: Seal | undefined): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MOST) {
    const content = bytes.subarray(at, at + MOST);
    if (seal === undefined) parts.push(headerOf(type, content.length), content);
    else parts.push(headerOf(DATA, content.length + 1 + TAG), content, Buffer.from([type]), seal.tag());
  }
  return Buffer.concat(parts);
}

function headerOf(type: number, length: number): Buffer {
  return Buffer.from([type, 3, 3, length >> 8, length & 0xff]);
}

/** Reads records from the bytes that arrive. */
export class RecordReader {
  readonly #bytes: Intake = new Intake();
  /** The header of the record that is arriving. */
  #header: Buffer | undefined;
  #seal: Seal | undefined;

  /** True when there are bytes of a record that is not whole. */
  get filled(): boolean {
    return this.#header !== undefined || this.#bytes.size > 0;
  }

  push(chunk: Buffer): void {
    this.#bytes.push(chunk);
  }

  /** From now on records are protected. */
  expect(seal: Seal): void {
    this.#seal = seal;
  }

  /** The next record; undefined while it has not arrived. Throws a `TlsBreach` if it is not a record. */
  next(): TlsRecord | undefined {
    this.#header ??= this.#checked(this.#bytes.read(HEADER));
    if (this.#header === undefined) return undefined;
    const body = this.#bytes.read(this.#header.readUInt16BE(3));
    if (body === undefined) return undefined;
    const [type = 0] = this.#header;
    this.#header = undefined;
    return this.#seal === undefined ? { type, content: body } : this.#open(this.#seal, type, body);
  }

  #checked(header: Buffer | undefined): Buffer | undefined {
    if (header === undefined) return undefined;
    const [type = 0, major] = header;
    if (type < ALERT || type > DATA || major !== 3)
      throw new TlsBreach('protocol_version', 'the peer does not speak TLS', 'ERR_SSL_WRONG_VERSION_NUMBER');
    const length = header.readUInt16BE(3);
    if (length > MOST_PROTECTED)
      throw new TlsBreach('record_overflow', `a record of ${length} bytes`, 'ERR_SSL_PACKET_LENGTH_TOO_LONG');
    return header;
  }

  #open(seal: Seal, type: number, body: Buffer): TlsRecord {
    // A peer that gives up before its first protected record sends the alert in clear.
    if (type === ALERT && body.length === 2) return { type, content: body };
    const end = body.length - 1 - TAG;
    if (type !== DATA || end < 0 || !body.subarray(end + 1).equals(seal.tag()))
      throw new TlsBreach('bad_record_mac', 'a record that the peer did not send', 'ERR_SSL_BAD_RECORD_MAC');
    return { type: body.readUInt8(end), content: body.subarray(0, end) };
  }
}
