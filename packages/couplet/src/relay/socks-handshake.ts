import { literalOf } from '../address/literal.ts';
import { EMPTY } from '../bytes/chunk.ts';
import type { SocksVersion } from './socks-reply.ts';
import { replyOf } from './socks-reply.ts';

/** What a client asks for: a connection to a port of a host, which is a name or an IP literal. */
export interface SocksRequest {
  readonly version: SocksVersion;
  readonly host: string;
  readonly port: number;
}

/** The outcome of a handshake: the request, the answer to send before closing, or an error that aborts the connection. */
export type SocksOpening = SocksRequest | Buffer | Error;

/** The most bytes of a user ID or a name, which bounds what a client can make the server hold. */
const LONGEST = 255;
/** The only supported command, in both versions. */
const CONNECT = 1;
const NO_AUTHENTICATION = 0;
const NO_ACCEPTABLE_METHOD = 0xff;

/** Each step yields how many bytes it waits for, at least one, and gets them. */
type Parsing<T> = Generator<number, T, Buffer>;

/** Reads the beginning of a SOCKS connection, however it is cut, up to the request (SOCKS 4 and 4a, RFC 1928). */
export class SocksHandshake {
  /** The outcome, once it is known. */
  outcome: SocksOpening | undefined;
  readonly #steps: Parsing<SocksOpening>;
  #field: Buffer = EMPTY;
  #filled = 0;

  /** `send` is called with the answers before the request. */
  constructor(send: (answer: Buffer) => void) {
    this.#steps = begin(send);
    this.#advance();
  }

  /** Takes the next bytes. Returns how many of them belong to the handshake: those behind the request do not. */
  push(chunk: Buffer): number {
    let taken = 0;
    while (this.outcome === undefined && taken < chunk.length) {
      const copied = chunk.copy(this.#field, this.#filled, taken);
      taken += copied;
      this.#filled += copied;
      if (this.#filled === this.#field.length) this.#advance();
    }
    return taken;
  }

  #advance(): void {
    const { done, value } = this.#steps.next(this.#field);
    if (done === true) this.outcome = value;
    else {
      this.#field = Buffer.alloc(value);
      this.#filled = 0;
    }
  }
}

function* begin(send: (answer: Buffer) => void): Parsing<SocksOpening> {
  const version = yield* byte();
  if (version === 4) return yield* version4();
  if (version === 5) return yield* version5(send);
  return new Error(`the version of SOCKS is ${version}, not 4 or 5`);
}

function* version4(): Parsing<SocksOpening> {
  const command = yield* byte();
  const port = yield* portNumber();
  const address = yield 4;
  const user = command === CONNECT ? yield* untilNul() : undefined;
  if (user === undefined) return replyOf(4, 'failed');
  // 4a: an address in 0.0.0.0/24, but not 0.0.0.0 itself, says that a name follows.
  if (address.readUInt32BE() >>> 8 !== 0 || address[3] === 0) return { version: 4, host: literalOf(address), port };
  const host = yield* untilNul();
  return host === undefined ? replyOf(4, 'failed') : { version: 4, host, port };
}

function* version5(send: (answer: Buffer) => void): Parsing<SocksOpening> {
  const count = yield* byte();
  if (count === 0 || !(yield count).includes(NO_AUTHENTICATION)) return Buffer.from([5, NO_ACCEPTABLE_METHOD]);
  send(Buffer.from([5, NO_AUTHENTICATION]));
  const version = yield* byte();
  if (version !== 5) return new Error(`the version of the SOCKS request is ${version}, not 5`);
  const command = yield* byte();
  yield 1; // reserved
  const type = yield* byte();
  const host = yield* hostOfType(type);
  if (host === undefined) return replyOf(5, 'addressTypeNotSupported');
  const port = yield* portNumber();
  return command !== CONNECT ? replyOf(5, 'commandNotSupported') : { version: 5, host, port };
}

function* hostOfType(type: number): Parsing<string | undefined> {
  if (type === 1) return literalOf(yield 4);
  if (type === 4) return literalOf(yield 16);
  if (type !== 3) return undefined;
  const length = yield* byte();
  return length === 0 ? '' : (yield length).toString('latin1');
}

function* byte(): Parsing<number> {
  return (yield 1).readUInt8();
}

function* portNumber(): Parsing<number> {
  return (yield 2).readUInt16BE();
}

/** The text before the next NUL; undefined if it is longer than the bound. */
function* untilNul(): Parsing<string | undefined> {
  let text = '';
  for (let length = 0; length <= LONGEST; length += 1) {
    const next = yield* byte();
    if (next === 0) return text;
    text += String.fromCharCode(next);
  }
  return undefined;
}
