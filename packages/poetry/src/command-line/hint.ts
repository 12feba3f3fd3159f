import { CannotListenError, ConnectionRefusedError } from 'couplet';
import { UsageError } from './usage-error.ts';

/** How an endpoint string of a client begins, and what belongs there. */
const CLIENTS = { tcp: 'tcp:HOST:PORT', tls: 'tls:HOST:PORT', ssl: 'ssl:HOST:PORT', unix: 'unix:PATH' };
const SERVERS = {
  tcp: 'tcp:PORT',
  tcp6: 'tcp6:PORT',
  tls: 'tls:PORT:cert=FILE',
  ssl: 'ssl:PORT:cert=FILE',
  unix: 'unix:PATH',
};

/** What an error suggests to try, as one line; undefined if nothing. */
export function hintFor(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.hint;
  if (error instanceof ConnectionRefusedError) return 'is a server there? npm start';
  if (error instanceof CannotListenError && codeOf(error.cause) === 'EADDRINUSE') return '--port 0 takes any free one';
  return undefined;
}

/** How an endpoint string of that kind is written for a client; undefined if the kind is unknown. */
export function clientForm(endpoint: string): string | undefined {
  const form = formOf(endpoint, CLIENTS);
  return form === undefined ? undefined : `a client's string is ${form}`;
}

/** How an endpoint string of that kind is written for a server; undefined if the kind is unknown. */
export function serverForm(endpoint: string): string | undefined {
  const form = formOf(endpoint, SERVERS);
  return form === undefined ? undefined : `a server's string is ${form}`;
}

function formOf(endpoint: string, forms: Readonly<Record<string, string>>): string | undefined {
  const [kind = ''] = endpoint.split(':', 1);
  return Object.hasOwn(forms, kind) ? forms[kind] : undefined;
}

function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
