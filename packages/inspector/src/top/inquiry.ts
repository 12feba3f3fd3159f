import { type Connection, ConnectionClosed, ConnectionRefusedError, EndpointSyntaxError, oneLine, open } from 'couplet';
import type { FrameQuery } from '../values/query.ts';
import { writeQuery } from '../values/read-query.ts';
import { type Reply, replyOn } from './reply.ts';
import type { Target } from './target.ts';

/** How long an inspector may take to answer: for a whole frame or refusal, and for the head of a stream. */
const ANSWER_MS = 10_000;
/** The most characters of a frame: an inspector sends less than 64,000, and the bytes of a connection. */
const MOST_CHARACTERS = 2 ** 24;
/** The most characters of a refusal's sentence that are shown. */
const MOST_SENTENCE = 300;

/** The inspector was not reached, or refused, or its answer cannot be used. The message is one line and names the inspector. */
export class InquiryError extends Error {
  override name = 'InquiryError';
  /** The status of HTTP with which it refused; absent if it did not. */
  readonly status?: number;

  constructor(message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    if (options.status !== undefined) this.status = options.status;
  }
}

/** What is asked of an inspector: where it is, what opens it, and what is to be seen. */
export interface Inquiry {
  readonly target: Target;
  readonly token?: string;
  readonly query: Partial<FrameQuery>;
  /** What else stands in the query, such as which process is meant. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Asks for one frame. Rejects with an `InquiryError`, or with an `EndpointSyntaxError` if the target is not one. */
export async function frameFrom(inquiry: Inquiry): Promise<string> {
  for await (const body of answering(inquiry, 'frame', new AbortController().signal, wholeOf)) return body;
  throw new InquiryError(`${inquiry.target.name}: the answer is empty`);
}

/** Asks for frame after frame, until the signal is aborted. Throws as `frameFrom` does, and if the frames end otherwise. */
export async function* framesFrom(inquiry: Inquiry, signal: AbortSignal): AsyncIterable<string> {
  yield* answering(inquiry, 'stream', signal, eventsOf);
  if (!signal.aborted) throw new InquiryError(`${inquiry.target.name}: no more frames come: has the program ended?`);
}

async function* answering(
  inquiry: Inquiry,
  path: 'frame' | 'stream',
  signal: AbortSignal,
  read: (reply: Reply, ends: AbortSignal) => AsyncIterable<string>,
): AsyncIterable<string> {
  const { target } = inquiry;
  const late = new AbortController();
  const tooLate = `${target.name}: no answer in ${ANSWER_MS / 1000} s: something may hold its event loop`;
  const deadline = setTimeout(() => late.abort(new InquiryError(tooLate)), ANSWER_MS);
  const ends = AbortSignal.any([signal, late.signal]);
  let connection: Connection | undefined;
  ends.addEventListener('abort', () => connection?.abort());
  try {
    connection = await open(target.endpoint, { signal: ends });
    connection.write(requestOf(inquiry, path));
    const answer = await replyOn(connection, ends);
    if (answer.status !== 200) throw await refusalOf(inquiry, answer);
    if (path === 'stream') clearTimeout(deadline);
    yield* read(answer, ends);
  } catch (error) {
    if (!signal.aborted) throw inWords(target, late.signal.aborted ? late.signal.reason : error);
  } finally {
    clearTimeout(deadline);
    connection?.abort();
  }
}

function requestOf({ target, token, query, parameters = {} }: Inquiry, path: string): string {
  const search = new URLSearchParams([...target.parameters, ...writeQuery(query)]);
  for (const [name, value] of Object.entries(parameters)) search.set(name, value);
  const lines = [`GET /${path}?${search} HTTP/1.1`, `Host: ${target.host}`, 'Connection: close'];
  if (token !== undefined) lines.push(`Authorization: Bearer ${token}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function* wholeOf(reply: Reply, ends: AbortSignal): AsyncIterable<string> {
  const text = await textOf(reply);
  // A body that was cut off ends like one without a length.
  ends.throwIfAborted();
  yield text;
}

async function textOf({ body }: Reply): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    checkSize(size);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The data of server-sent events, each in one line. */
async function* eventsOf({ body }: Reply): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let size = 0;
  for await (const piece of body) {
    const [first = '', ...lines] = decoder.decode(piece, { stream: true }).split('\n');
    begun.push(first);
    size += first.length;
    checkSize(size);
    for (const line of lines) {
      const whole = begun.join('');
      begun = [line];
      size = line.length;
      if (whole.startsWith('data:')) yield whole.slice('data:'.length).trim();
    }
  }
}

function checkSize(characters: number): void {
  if (characters > MOST_CHARACTERS) throw new Error(`its answer has more than ${MOST_CHARACTERS} characters`);
}

async function refusalOf({ target, token }: Inquiry, reply: Reply): Promise<InquiryError> {
  const { status } = reply;
  if (status === 401) {
    const what = token === undefined ? 'it asks for a token' : 'the token is not the one of its present start';
    const where =
      'the program prints its address with #token=... when it starts, or the file that holds it: --token-file FILE';
    return new InquiryError(`${target.name}: ${what}: ${where}`, { status });
  }
  const sentence = oneLine((await textOf(reply)).trim()).slice(0, MOST_SENTENCE);
  return new InquiryError(`${target.name}: refused with ${status}${sentence === '' ? '' : `: ${sentence}`}`, {
    status,
  });
}

function inWords({ name }: Target, error: unknown): Error {
  if (error instanceof InquiryError || error instanceof EndpointSyntaxError) return error;
  return new InquiryError(`${name}: ${wordsOf(error)}`, { cause: error });
}

function wordsOf(error: unknown): string {
  if (error instanceof ConnectionRefusedError)
    return 'nothing listens there: does the program run, and has it started again with another address?';
  if (error instanceof ConnectionClosed) return 'the connection ended: has the program ended?';
  return error instanceof Error ? error.message : String(error);
}
