import type { Connection } from 'couplet';

/** The most bytes that the head of an answer may have. */
const MOST_HEAD = 16_384;
/** The most bytes that are read in one piece. */
const MOST_PIECE = 2 ** 24;
const STATUS = /^HTTP\/1\.\d (\d{3})/;
const LENGTH = /^\d{1,15}$/;
const CHUNK_SIZE = /^([\da-f]{1,8})(?:$|[ \t;])/i;

/** An answer of HTTP/1.1 whose body has not been read. */
export interface Reply {
  readonly status: number;
  /** The body as it arrives. It is what follows on the connection, and can be iterated once. */
  readonly body: AsyncIterable<Buffer>;
}

/** Reads the head of an answer. Rejects if what arrives is none, or if the signal is aborted before it is whole. */
export async function replyOn(connection: Connection, signal: AbortSignal): Promise<Reply> {
  const head = (await connection.readUntil('\r\n\r\n', { maxLength: MOST_HEAD, signal })).toString('latin1');
  const [first = '', ...fields] = head.split('\r\n');
  const status = STATUS.exec(first)?.[1];
  if (status === undefined) throw new Error('what answers does not speak HTTP');
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  return { status: Number(status), body: bodyOn(connection, headers) };
}

async function* bodyOn(connection: Connection, headers: ReadonlyMap<string, string>): AsyncIterable<Buffer> {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
    yield* chunksOn(connection);
    return;
  }
  const length = headers.get('content-length');
  if (length === undefined) {
    yield* connection;
    return;
  }
  if (!LENGTH.test(length)) throw new Error(`the length of its answer is not a number: '${length.slice(0, 40)}'`);
  yield await connection.readExactly(Number(length), { maxLength: MOST_PIECE });
}

async function* chunksOn(connection: Connection): AsyncIterable<Buffer> {
  for (;;) {
    const line = (await connection.readUntil('\r\n')).toString('latin1');
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) throw new Error(`the size of a chunk is not a number: '${line.slice(0, 40)}'`);
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) return;
    yield await connection.readExactly(bytes, { maxLength: MOST_PIECE });
    await connection.readExactly(2);
  }
}
