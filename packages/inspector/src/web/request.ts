import { Buffer } from 'node:buffer';
import { Decoder, FramingError } from 'couplet/framing';

/** The head of a request of HTTP/1.1 (RFC 9112), which is all of it: none has a body. */
export interface WebRequest {
  readonly method: string;
  /** The path, as it was sent. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** The target as it was sent: requests with the same one ask for the same. */
  readonly target: string;
  /** The fields by their names in small letters. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether the connection closes behind the answer. */
  readonly last: boolean;
}

/** The bytes are not a request that is understood. The message is for the peer, with that status. */
export class RequestError extends FramingError {
  override name = 'RequestError';
  readonly status: 400 | 431 | 505;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** The most bytes of a head, its last line end included. */
const MOST_BYTES = 8192;
const END = '\r\n\r\n';
const LONE_LF = /(?<!\r)\n/;
const EMPTY: Buffer = Buffer.alloc(0);
/** A character of a token (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const REQUEST_LINE = /^([^ ]+) ([^ ]+) HTTP\/(\d)\.(\d)$/;
/** A target in the usual form, and one with the authority in it, which proxies are sent (RFC 9112, section 3.2). */
const ORIGIN_FORM = /^\/[!-"$-~]*$/;
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]+)([/?][!-"$-~]*)?$/i;
/** What a field can have besides letters of other alphabets: no control characters but the tab (RFC 9110, section 5.5). */
const VALUE = /^[\t -~\x80-\xff]*$/;
/** Fields that say how a request is to be taken: one of them is enough. */
const SINGLE: readonly string[] = ['host', 'origin', 'authorization', 'content-length', 'transfer-encoding'];

/** Finds requests in a stream of bytes. It takes what RFC 9112 says, and nothing else: no lone LF, no folded line, no body. */
export class RequestDecoder extends Decoder<WebRequest> {
  /** The last bytes of those that have begun: the end of the head may begin in them. */
  #edge: Buffer = EMPTY;

  override next(): WebRequest | undefined {
    while (this.ready()) {
      const fresh = this.chunk.subarray(this.at, this.at + MOST_BYTES - this.begun.size);
      const edge = this.#edge.length;
      const window = edge === 0 ? fresh : Buffer.concat([this.#edge, fresh]);
      const end = window.indexOf(END);
      const seen = end < 0 ? window : window.subarray(0, end);
      // An LF with which the edge begins was looked at with the CR before it.
      if (LONE_LF.test(`${edge === 0 ? '' : '\r'}${seen.toString('latin1')}`))
        throw new RequestError(400, 'a line of the header ends without CR');
      if (end >= 0) {
        const own = end + END.length - edge;
        const head = this.begun.join(this.chunk.subarray(this.at, this.at + own)).toString('latin1');
        this.at += own;
        this.#edge = EMPTY;
        return parse(head.slice(0, -END.length));
      }
      this.begun.push(fresh);
      this.at += fresh.length;
      if (this.begun.size >= MOST_BYTES) throw new RequestError(431, `the header has more than ${MOST_BYTES} bytes`);
      this.#edge = window.subarray(1 - END.length);
    }
    return undefined;
  }
}

/** Reads a head without its end. Throws a `RequestError`. */
function parse(head: string): WebRequest {
  const [line = '', ...rows] = head.split('\r\n');
  const [, method = '', target = '', major, minor] = REQUEST_LINE.exec(line) ?? [];
  if (!TOKEN.test(method)) throw new RequestError(400, 'the first line is not METHOD TARGET HTTP/1.1');
  if (major !== '1') throw new RequestError(505, 'only HTTP/1.1 is spoken here');
  const fields = fieldsOf(rows);
  const [, authority, rest = '/'] = ABSOLUTE_FORM.exec(target) ?? [];
  if (authority !== undefined) fields.set('host', authority);
  const origin = authority === undefined ? target : rest.startsWith('/') ? rest : `/${rest}`;
  if (!ORIGIN_FORM.test(origin)) throw new RequestError(400, 'the target is not a path such as /frame');
  if (!fields.has('host')) throw new RequestError(400, 'the header has no Host');
  const [path = '/', ...query] = origin.split('?');
  const options = (fields.get('connection') ?? '').toLowerCase().split(/[\t ]*,[\t ]*/);
  const body = hasBody(fields);
  if (body && (method === 'GET' || method === 'HEAD')) throw new RequestError(400, `a ${method} has no body here`);
  const last = body || options.includes('close') || (minor === '0' && !options.includes('keep-alive'));
  return { method, path, parameters: new URLSearchParams(query.join('?')), target: origin, fields, last };
}

function fieldsOf(rows: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const row of rows) {
    const colon = row.indexOf(':');
    const name = row.slice(0, Math.max(0, colon)).toLowerCase();
    const value = row.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '');
    // A line that begins with a blank would continue the one before (obs-fold): it has no name.
    if (!TOKEN.test(name)) throw new RequestError(400, 'a line of the header is not NAME: VALUE');
    if (!VALUE.test(value)) throw new RequestError(400, `the value of ${name} has a control character`);
    const before = fields.get(name);
    if (before !== undefined && SINGLE.includes(name)) throw new RequestError(400, `the header has ${name} twice`);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** True if a body follows, which is not read: so nothing behind it can be. */
function hasBody(fields: ReadonlyMap<string, string>): boolean {
  const length = fields.get('content-length') ?? '0';
  if (!/^\d+$/.test(length)) throw new RequestError(400, 'content-length is not a number');
  return Number(length) !== 0 || fields.has('transfer-encoding');
}
