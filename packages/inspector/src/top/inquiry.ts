import { type Connection, ConnectionClosed, ConnectionRefusedError, EndpointSyntaxError, oneLine, open } from 'couplet';
import type { FrameQuery } from '../values/query.ts';
import { writeQuery } from '../values/read-query.ts';
import { type Reply, replyOn } from './reply.ts';
import type { Target } from './target.ts';

/** How long an inspector may take to answer. */
const ANSWER_MS = 10_000;
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
  read: (reply: Reply) => AsyncIterable<string>,
): AsyncIterable<string> {
  const { target } = inquiry;
  let connection: Connection | undefined;
  const leave = (): void => connection?.abort();
  signal.addEventListener('abort', leave);
  try {
    connection = await open(target.endpoint, { timeoutMs: ANSWER_MS, signal });
    connection.write(requestOf(inquiry, path));
    const answer = await replyOn(connection, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    if (answer.status !== 200) throw await refusalOf(inquiry, answer);
    yield* read(answer);
  } catch (error) {
    if (!signal.aborted) throw inWords(target, error);
  } finally {
    signal.removeEventListener('abort', leave);
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

async function* wholeOf({ body }: Reply): AsyncIterable<string> {
  yield await textOf(body);
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** The data of server-sent events, each in one line. */
async function* eventsOf({ body }: Reply): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const piece of body) {
    const [first = '', ...lines] = decoder.decode(piece, { stream: true }).split('\n');
    begun.push(first);
    for (const line of lines) {
      const whole = begun.join('');
      begun = [line];
      if (whole.startsWith('data:')) yield whole.slice('data:'.length).trim();
    }
  }
}

async function refusalOf({ target, token }: Inquiry, { status, body }: Reply): Promise<InquiryError> {
  if (status === 401) {
    const what = token === undefined ? 'it asks for a token' : 'the token is not the one of its present start';
    const where =
      'the program prints its address with #token=... when it starts, or the file that holds it: --token-file FILE';
    return new InquiryError(`${target.name}: ${what}: ${where}`, { status });
  }
  const sentence = oneLine((await textOf(body)).trim()).slice(0, MOST_SENTENCE);
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
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer in ${ANSWER_MS / 1000} s: something may hold its event loop`;
  return error instanceof Error ? error.message : String(error);
}
