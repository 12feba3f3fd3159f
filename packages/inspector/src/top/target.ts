import { UsageError } from './usage-error.ts';

/** Where an inspector is. */
export interface Target {
  /** The endpoint string to connect to. */
  readonly endpoint: string;
  /** What the inspector is told as the name of its host. */
  readonly host: string;
  /** What messages call it: its address without the token. */
  readonly name: string;
  /** The parameters that its address has, such as the process to look at. */
  readonly parameters: URLSearchParams;
  /** The token that its address has. */
  readonly token?: string;
}

const TOKEN = /^[\w~.+/=-]+$/;
/** An address within a text. */
const ADDRESS = /\b(?:https?:\/\/|unix:)\S+/;
const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Reads an address: `http://127.0.0.1:41263/#token=...`, or `unix:` and a path. Throws a `UsageError`. */
export function targetOf(address: string): Target {
  if (address.startsWith('unix:'))
    return { endpoint: address, host: 'localhost', name: address, parameters: new URLSearchParams() };
  const url = urlOf(address);
  const port = PORTS[url?.protocol ?? ''];
  if (url === undefined || port === undefined)
    throw new UsageError(
      `'${address}' is not the address of an inspector, such as http://127.0.0.1:41263/#token=... or unix:/run/inspector.sock`,
    );
  const { protocol, host, hostname, origin, searchParams } = url;
  const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? undefined;
  return {
    endpoint: `${protocol === 'https:' ? 'tls' : 'tcp'}:${hostname}:${url.port === '' ? port : url.port}`,
    host,
    name: origin,
    parameters: searchParams,
    ...(token !== undefined && { token: checked(token, 'the address') }),
  };
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** What a file holds: a token alone, or an address. `source` is what an error calls it. Throws a `UsageError`. */
export function heldIn(content: string, source: string): { readonly token?: string; readonly target?: Target } {
  const [address] = ADDRESS.exec(content) ?? [];
  if (address === undefined) return { token: checked(content.trim(), source) };
  const target = targetOf(address);
  return { target, ...(target.token !== undefined && { token: target.token }) };
}

/** The token, if it can be one. */
export function checked(token: string, source: string): string {
  if (TOKEN.test(token)) return token;
  throw new UsageError(`${source} holds no token: one has letters, digits and -, and no blank`);
}
