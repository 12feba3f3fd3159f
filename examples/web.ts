// Serves HTTP/1.1 (RFC 9112): keep-alive, pipelining, bodies that are counted or in chunks, in both directions, `Expect: 100-continue`, and
// an answer to each request that is wrong or too large. A request waits for the answer to the one before it, and a long answer for its reader.
// Try it: curl 127.0.0.1:8027; curl -d verse 127.0.0.1:8027/echo; curl 127.0.0.1:8027/count/5; wrk -d 5 http://127.0.0.1:8027

import { STATUS_CODES } from 'node:http';
import { Factory, reactor } from 'couplet';
import { limitConnections, timeoutIdle } from 'couplet/policies';
import { TextLineReceiver, TimeoutMixin } from 'couplet/protocols';

export type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** A request that was received whole. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  /** By their names in lower case; values of one name are joined with a comma. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Answer {
  /** 200 unless set. */
  readonly status?: number;
  readonly fields?: Readonly<Record<string, string>>;
  /** What comes piece by piece is sent in chunks, as fast as the client reads. Not sent with the status 204 or 304. */
  readonly body?: string | Buffer | AsyncIterable<string | Buffer>;
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;
/** A value between blanks. `trim` would take more away than blanks: another server might read another length, or no chunks at all. */
const VALUE = /^[\t ]*(.*[^\t ])?/s;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What a client does wrong, by the status that it is answered. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(STATUS_CODES[status]);
    this.status = status;
  }
}

function check(right: boolean, status: number): asserts right {
  if (!right) throw new Refusal(status);
}

export class Web extends TimeoutMixin(TextLineReceiver<WebFactory>) {
  /** What the next line is, if lines are what follows. */
  #next: 'request' | 'field' | 'chunk' | 'end of chunk' | 'trailer' | 'none' = 'request';
  #method = '';
  #target = '';
  /** The second digit of the version. */
  #minor = 1;
  #fields = new Map<string, string>();
  #headBytes = 0;
  #body = new Body();
  /** The answer to this request is the last one. */
  #last = false;
  #draining = false;

  constructor() {
    super('latin1');
  }

  override connectionMade() {
    this.maxLength = this.factory.maxLineBytes;
    this.maxBodyLength = this.factory.maxBodyBytes;
    this.setTimeout(this.factory.idleTimeoutMs);
  }

  override lineReceived(line: string) {
    try {
      return this.#take(line);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(error.status);
    }
  }

  override lineLengthExceeded() {
    const status = { request: 414, field: 431, trailer: 431, chunk: 400, 'end of chunk': 400, none: 400 };
    this.#refuse(status[this.#next]);
  }

  override bytesReceived(bytes: Buffer) {
    this.#body.add(bytes);
    if (this.#next === 'none') return this.#serve();
  }

  override timeoutConnection() {
    if (this.#next === 'request' && this.heldBytes === 0) this.transport.loseConnection();
    else this.#refuse(408);
  }

  override draining() {
    this.#draining = true;
    this.#closeIfIdle();
  }

  #take(line: string): Promise<void> | undefined {
    switch (this.#next) {
      case 'request':
        if (line !== '') this.#begin(line); // RFC 9112, section 2.2: an empty line may come before it
        return;
      case 'field':
        if (line === '') return this.#headReceived();
        this.#addField(line);
        return;
      case 'chunk':
        this.#chunkAnnounced(line);
        return;
      case 'end of chunk':
        check(line === '', 400);
        this.#next = 'chunk';
        return;
      case 'trailer':
        if (line === '') return this.#serve();
        this.#addField(line);
    }
  }

  #begin(line: string): void {
    this.setTimeout(this.factory.requestTimeoutMs);
    const [method = '', target = '', version = '', ...more] = line.split(' ');
    const [, major, minor] = /^HTTP\/(\d)\.(\d)$/.exec(version) ?? [];
    check(TOKEN.test(method) && /^[!-~]+$/.test(target) && major !== undefined && more.length === 0, 400);
    check(major === '1', 505);
    check(METHODS.has(method), 501);
    this.#method = method;
    this.#target = target.replace(/^https?:\/\/[^/?]+\/?/i, '/'); // RFC 9112, section 3.2.2: the host may come before it
    this.#minor = Number(minor);
    this.#fields = new Map();
    this.#headBytes = 0;
    this.#body = new Body();
    this.#next = 'field';
  }

  #addField(line: string): void {
    this.#headBytes += line.length + 2;
    check(this.#headBytes <= this.factory.maxHeadBytes, 431);
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const [, value = ''] = VALUE.exec(line.slice(colon + 1)) ?? [];
    check(colon > 0 && TOKEN.test(name) && /^[\t -~\x80-\xff]*$/.test(value), 400);
    if (this.#next === 'trailer') return; // which are not needed here
    const before = this.#fields.get(name);
    check(name !== 'host' || (before === undefined && HOST.test(value)), 400);
    this.#fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }

  /** Decides what follows the head (RFC 9112, section 6): a body in chunks, a counted one, or none. */
  #headReceived(): Promise<void> | undefined {
    const field = (name: string) => this.#fields.get(name)?.toLowerCase();
    const [coding, length, expected] = [field('transfer-encoding'), field('content-length'), field('expect')];
    check(this.#minor === 0 || this.#fields.has('host'), 400);
    check(coding === undefined || (length === undefined && this.#minor > 0), 400); // a proxy may have seen another body
    check(coding === undefined || coding === 'chunked', 501);
    check(length === undefined || /^\d{1,15}$/.test(length), 400);
    check(Number(length ?? 0) <= this.factory.maxBodyBytes, 413);
    check(expected === undefined || expected === '100-continue', 417);
    this.#last = this.#minor === 0 || /(?:^|,)\s*close\s*(?:,|$)/.test(field('connection') ?? '');
    if (coding === undefined && Number(length ?? 0) === 0) return this.#serve();
    if (expected !== undefined && this.#minor > 0) this.transport.write('HTTP/1.1 100 Continue\r\n\r\n');
    this.#next = coding === undefined ? 'none' : 'chunk';
    if (coding === undefined) this.expectBytes(Number(length));
  }

  /** The size of a chunk, in hexadecimal, and extensions, which do not matter here. */
  #chunkAnnounced(line: string): void {
    const [, digits] = /^([\da-f]{1,8})(?:[\t ]*;[\t -~\x80-\xff]*)?$/i.exec(line) ?? [];
    check(digits !== undefined, 400);
    const size = Number.parseInt(digits, 16);
    check(this.#body.size + size <= this.factory.maxBodyBytes, 413);
    this.#next = size === 0 ? 'trailer' : 'end of chunk';
    if (size > 0) this.expectBytes(size);
  }

  /** Answers the request that has come. The next one is read after that. */
  async #serve(): Promise<void> {
    this.#next = 'none';
    this.setTimeout(null); // the time that this takes is not the client's
    const asked = { method: this.#method, target: this.#target, fields: this.#fields, body: this.#body.whole() };
    let answer: Answer;
    try {
      answer = await this.factory.handle(asked);
    } catch (error) {
      console.error(error);
      answer = { status: 500, body: 'something went wrong here\n' };
    }
    this.#last ||= this.#draining;
    await this.#send(answer);
    if (this.#last) this.transport.loseConnection();
    this.#next = 'request';
    this.#method = '';
    this.setTimeout(this.factory.idleTimeoutMs);
    this.#closeIfIdle();
  }

  async #send({ status = 200, fields = {}, body: given = '' }: Answer): Promise<void> {
    const { transport } = this;
    const bodiless = status === 204 || status === 304;
    const body = bodiless ? '' : given;
    const [whole, pieces] = isWhole(body) ? [body, undefined] : [undefined, body];
    const chunked = pieces !== undefined && this.#minor > 0;
    if (pieces !== undefined && !chunked) this.#last = true; // in HTTP/1.0 the end of the connection is that of the body
    const date = new Date(transport.clock.wallClock()).toUTCString();
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, `Date: ${date}`];
    for (const [name, value] of Object.entries(fields)) lines.push(`${name}: ${value.replace(/[\r\n]/g, ' ')}`);
    if (whole !== undefined && !bodiless) lines.push(`Content-Length: ${Buffer.byteLength(whole)}`);
    if (chunked) lines.push('Transfer-Encoding: chunked');
    if (this.#last) lines.push('Connection: close');
    const head = `${lines.join('\r\n')}\r\n\r\n`;
    let room = transport.writeSequence(whole === undefined || this.#method === 'HEAD' ? [head] : [head, whole]);
    if (pieces !== undefined && this.#method !== 'HEAD') {
      for await (const piece of pieces) {
        if (!room && !(await transport.drained())) return; // the client has gone
        const size = Buffer.byteLength(piece);
        if (size > 0) room = transport.writeSequence(chunked ? [`${size.toString(16)}\r\n`, piece, '\r\n'] : [piece]);
      }
      if (chunked) room = transport.write('0\r\n\r\n');
    }
    if (!room) await transport.drained(); // the next request waits until this answer is read
  }

  /** What follows a mistake cannot be understood: the connection ends with the answer to it. */
  #refuse(status: number): void {
    this.setTimeout(null);
    this.#next = 'none';
    this.#last = true;
    void this.#send({ status, body: `${STATUS_CODES[status]}\n` });
    this.transport.loseConnection();
  }

  #closeIfIdle(): void {
    if (this.#draining && this.#next === 'request' && this.heldBytes === 0) this.transport.loseConnection();
  }
}

function isWhole(body: Answer['body']): body is string | Buffer {
  return typeof body === 'string' || body instanceof Buffer;
}

/** A body as it comes: one piece of memory, however small its chunks are. */
class Body {
  #bytes: Buffer = Buffer.alloc(0);
  size = 0;

  add(bytes: Buffer): void {
    const size = this.size + bytes.length;
    if (this.size === 0) this.#bytes = bytes;
    else if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * size);
      larger.set(this.#bytes.subarray(0, this.size));
      this.#bytes = larger;
    }
    if (this.size > 0) this.#bytes.set(bytes, this.size);
    this.size = size;
  }

  whole(): Buffer {
    return this.#bytes.subarray(0, this.size);
  }
}

export class WebFactory extends Factory {
  override protocol = Web;
  maxBodyBytes = 1_048_576;
  maxHeadBytes = 16_384;
  maxLineBytes = 8192;
  /** How long a connection may wait for a request, and a request may take to come. */
  idleTimeoutMs = 15_000;
  requestTimeoutMs = 30_000;
  readonly handle: Handler;

  constructor(handle: Handler) {
    super();
    this.handle = handle;
  }
}

/** The server with the limits that a server on a network needs. */
export function guardedWeb(factory: WebFactory, { max = 1000, stallTimeoutMs = 60_000 } = {}) {
  return limitConnections(timeoutIdle(factory, { idleTimeoutMs: stallTimeoutMs }), { max });
}

// The site.

export function site({ method, target, fields, body }: Asked): Answer {
  const [, count] = /^\/count\/(\d{1,7})$/.exec(target) ?? [];
  if (count !== undefined) return { body: counting(Number(count)) };
  if (target === '/') return { fields: { 'Content-Type': 'text/plain' }, body: 'Hello\n' };
  if (target !== '/echo') return { status: 404, body: 'there is nothing here\n' };
  if (method !== 'POST' && method !== 'PUT') return { status: 405, fields: { Allow: 'POST, PUT' } };
  return { fields: { 'Content-Type': fields.get('content-type') ?? 'application/octet-stream' }, body };
}

async function* counting(to: number) {
  for (let number = 1; number <= to; number += 1) yield `${number}\n`;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const options = { interface: '127.0.0.1', closeTimeoutMs: 30_000 };
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8027), guardedWeb(new WebFactory(site)), options);
  console.log(`Web on ${port.getHost().authority}`);
  await reactor.run({ drainTimeoutMs: 10_000 });
}
