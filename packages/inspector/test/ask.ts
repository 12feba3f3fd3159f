import type { Reactor } from 'couplet';
import { open } from 'couplet';
import type { Frame } from 'couplet-inspector';

/** The token of the inspectors of these tests. */
export const TOKEN = 'a-token-for-tests';

/** An answer, as it came. */
export interface Reply {
  readonly status: number;
  /** The head, and all that came. */
  readonly head: string;
  readonly body: string;
}

/** A request: what it does not say is that of somebody who may look. */
export interface Asking {
  readonly method?: string;
  readonly host?: string;
  readonly token?: string | null;
  readonly fields?: Readonly<Record<string, string>>;
  /** What follows the head. */
  readonly behind?: string;
}

/** What a client of an inspector needs. */
export interface Asked {
  /** The reactor of the client. */
  readonly client: Reactor;
  readonly url: string;
  /** The token of its requests; that of the tests unless set. */
  readonly token?: string;
}

/** Returns the text of a request. */
export function textOf(
  target: string,
  { method = 'GET', host, token = TOKEN, fields = {}, behind = '' }: Asking,
): string {
  const all = { Host: host ?? '127.0.0.1', ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...fields };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${behind}`;
}

/** The client endpoint of a URL of an inspector. */
export function endpointOf(url: string): string {
  const [, , port] = /^https?:\/\/(.+):(\d+)\//.exec(url) ?? [];
  return port === undefined ? url : `tcp:127.0.0.1:${port}`;
}

/** Sends a request on a connection of its own, and resolves to the answer. */
export async function ask(asked: Asked, target: string, asking: Asking = {}): Promise<Reply> {
  const { token = TOKEN } = asked;
  return send(asked, textOf(target, { token, ...asking }), asking.method === 'HEAD');
}

/** Sends bytes on a connection of its own, and resolves to the answer. */
export async function send({ client, url }: Asked, text: string, bodiless = false): Promise<Reply> {
  await using connection = await open(endpointOf(url), { reactor: client });
  await connection.write(text);
  const head = `${(await connection.readUntil('\r\n\r\n')).toString('latin1')}\r\n`;
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  const body = bodiless ? '' : (await connection.readExactly(length)).toString();
  return { status: Number(head.split(' ')[1]), head, body };
}

/** Asks for a frame. */
export async function frameOf(asked: Asked, query = ''): Promise<Frame> {
  const { status, body } = await ask(asked, `/frame${query}`);
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return JSON.parse(body);
}

/** A stream of frames. */
export interface Streamed extends AsyncDisposable {
  /** Resolves to the next frame, as text. */
  text(): Promise<string>;
  /** Resolves to the next frame. */
  next(): Promise<Frame>;
}

/** Asks for a stream of frames. Rejects if that is refused. */
export async function streamOf({ client, url, token = TOKEN }: Asked, query = ''): Promise<Streamed> {
  const connection = await open(endpointOf(url), { reactor: client });
  await connection.write(textOf(`/stream${query}`, { token }));
  const head = (await connection.readUntil('\r\n\r\n')).toString();
  if (!head.startsWith('HTTP/1.1 200 ')) {
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const body = (await connection.readExactly(length)).toString();
    connection.close();
    throw new Error(body);
  }
  const text = async (): Promise<string> => {
    const event = (await connection.readUntil('\n\n', { maxLength: 1_000_000 })).toString();
    return event.replace(/^data: /, '');
  };
  return {
    text,
    next: async () => JSON.parse(await text()),
    [Symbol.asyncDispose]: async () => {
      connection.abort();
      await connection.closed;
    },
  };
}
