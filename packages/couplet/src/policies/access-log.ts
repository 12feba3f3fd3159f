import { shortCodeOf } from '../filters/refused.ts';
import type { Observer } from '../protocol/observer.ts';
import type { ConnectionView } from '../protocol/views.ts';
import { checkFunction, described, hasMethods } from '../values/checks.ts';
import { oneLine } from '../values/one-line.ts';

/** What an access log needs of a reactor. */
export interface Observed {
  /** Notifies the observer until the returned function is called. */
  observe(observer: Observer): () => void;
  /** Returns the time of day, in milliseconds since 1970 (UTC). */
  wallClock(): number;
}

/** A value that needs no quotation marks. */
const BARE = /^[^\s"=\\]+$/u;

/**
 * Writes one line for each connection of a reactor: when it is gone, or when it is refused. Connections that the reactor makes itself are
 * among them. Returns a function that ends the log.
 *
 * `write` is called with a line without its end; what it throws, or rejects with, is printed, and the reactor goes on. A line is a time in
 * UTC and pairs of `name=value` (logfmt), in this order. Controls and invisible characters of values are escaped. A value with a blank, a
 * quotation mark, a backslash or `=` is in quotation marks, with a backslash before each quotation mark and backslash in it:
 *
 * - `id`, unique in the reactor, `role`, `server` or `client`, `host` and `peer`, the addresses, and `via`, the address of the proxy
 *   that announced them
 * - `factory` and `protocol`, the names, and `tls`, the version
 * - `ms`, how long the connection was there, `in` and `out`, how many bytes it received and the system took
 * - `reason`, the name of the error that `connectionLost` got; or `refused`, the code of the reason without `COUPLET_`
 *
 * What is not known is left out. Throws a `TypeError` if `reactor` cannot be observed or `write` is not a function.
 */
export function accessLog(reactor: Observed, write: (line: string) => unknown): () => void {
  if (!hasMethods(reactor, ['observe', 'wallClock']))
    throw new TypeError(`reactor is ${described(reactor)}, which cannot be observed`);
  checkFunction('write', write, 'a function such as (line) => console.log(line)');
  const line = (view: ConnectionView, end: Pairs): unknown => write(lineOf(reactor.wallClock(), view, end));
  return reactor.observe({
    connectionRefused: (_peer, reason, view) => line(view, { refused: shortCodeOf(reason) }),
    connectionLost: (_transport, { name }, view) => line(view, { reason: name }),
  });
}

type Pairs = Readonly<Record<string, string | number | undefined>>;

function lineOf(wallClock: number, view: ConnectionView, end: Pairs): string {
  const { id, role, host, peer, factory, protocol, durationMs, bytesIn, bytesOut } = view;
  const { via } = view.proxy ?? {};
  const { version: tls } = view.tls ?? {};
  const pairs: Pairs = {
    id,
    role,
    host,
    peer,
    via,
    factory,
    protocol,
    tls,
    ms: Math.round(durationMs),
    in: bytesIn,
    out: bytesOut,
    ...end,
  };
  const written = Object.entries(pairs).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${textOf(value)}`],
  );
  // biome-ignore lint/style/noRestrictedGlobals: this formats a time that came through the seam
  return [new Date(wallClock).toISOString(), ...written].join(' ');
}

function textOf(value: string | number): string {
  const text = oneLine(`${value}`);
  return BARE.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
