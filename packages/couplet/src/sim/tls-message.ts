import { Intake } from './intake.ts';
import { TlsBreach } from './tls-breach.ts';

/** The messages of a handshake (RFC 8446, section 4). */
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const NEW_SESSION_TICKET = 4;
export const ENCRYPTED_EXTENSIONS = 8;
export const CERTIFICATE = 11;
export const CERTIFICATE_REQUEST = 13;
export const FINISHED = 20;

/** The longest message that is read, in bytes. */
const MOST = 65_536;
const HEADER = 4;

/** A message of a handshake. Its content is a list of texts here, for each kind of message. */
export interface TlsMessage {
  readonly type: number;
  readonly fields: readonly string[];
}

/** The bytes of a message with its header: each field follows its length in two bytes. */
export function messageBytes({ type, fields }: TlsMessage): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field);
    return [Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes];
  });
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff]), body]);
}

/** Reads messages from the content of handshake records. */
export class MessageReader {
  readonly #bytes: Intake = new Intake();
  #header: Buffer | undefined;

  push(content: Buffer): void {
    if (content.length === 0) throw new TlsBreach('unexpected_message', 'a handshake record that carries nothing');
    this.#bytes.push(content);
  }

  /** The next message; undefined while it has not arrived. Throws a `TlsBreach` if it is not a message. */
  next(): TlsMessage | undefined {
    this.#header ??= this.#bytes.read(HEADER);
    if (this.#header === undefined) return undefined;
    const length = this.#header.readUIntBE(1, 3);
    if (length > MOST) throw new TlsBreach('decode_error', `a handshake message of ${length} bytes`);
    const body = this.#bytes.read(length);
    if (body === undefined) return undefined;
    const [type = 0] = this.#header;
    this.#header = undefined;
    return { type, fields: fieldsOf(body) };
  }
}

function fieldsOf(body: Buffer): string[] {
  const fields: string[] = [];
  for (let at = 0; at < body.length; ) {
    const from = at + 2;
    at = from <= body.length ? from + body.readUInt16BE(at) : from;
    if (at > body.length) throw new TlsBreach('decode_error', 'a handshake message that is cut short');
    fields.push(body.toString('utf8', from, at));
  }
  return fields;
}
