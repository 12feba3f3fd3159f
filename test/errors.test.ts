import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

/** Each public error class with its code. A code never changes, and never means something else. */
const CODES: Readonly<Record<string, string>> = {
  AdmissionFailed: 'COUPLET_ERROR',
  AdmissionQueueFull: 'COUPLET_ADMISSION_QUEUE_FULL',
  AdmissionTimeout: 'COUPLET_ADMISSION_TIMEOUT',
  CannotListenError: 'COUPLET_CANNOT_LISTEN',
  ConnectBindError: 'COUPLET_CONNECT_BIND',
  ConnectError: 'COUPLET_CONNECT',
  ConnectionAborted: 'COUPLET_CONNECTION_ABORTED',
  ConnectionClosed: 'COUPLET_CONNECTION_CLOSED',
  ConnectionDone: 'COUPLET_CONNECTION_DONE',
  ConnectionLimitReached: 'COUPLET_CONNECTION_LIMIT',
  ConnectionLost: 'COUPLET_CONNECTION_LOST',
  ConnectionRefusedError: 'COUPLET_CONNECTION_REFUSED',
  DNSLookupError: 'COUPLET_DNS_LOOKUP',
  EndpointSyntaxError: 'COUPLET_ENDPOINT_SYNTAX',
  FramingError: 'COUPLET_FRAMING',
  IncompleteReadError: 'COUPLET_INCOMPLETE_READ',
  LedgerAway: 'COUPLET_LEDGER_AWAY',
  LedgerRefused: 'COUPLET_LEDGER_REFUSED',
  LengthLimitError: 'COUPLET_LENGTH_LIMIT',
  LineTooLongError: 'COUPLET_LINE_TOO_LONG',
  NetstringParseError: 'COUPLET_NETSTRING_PARSE',
  NoProtocolBuilt: 'COUPLET_NO_PROTOCOL',
  NoRouteError: 'COUPLET_NO_ROUTE',
  NotAllowed: 'COUPLET_NOT_ALLOWED',
  PeerGone: 'COUPLET_PEER_GONE',
  PeerLimitReached: 'COUPLET_PEER_LIMIT',
  PortDraining: 'COUPLET_PORT_DRAINING',
  PortStopped: 'COUPLET_PORT_STOPPED',
  ProcessDone: 'COUPLET_PROCESS_DONE',
  ProcessTerminated: 'COUPLET_PROCESS_TERMINATED',
  ProxyHeaderError: 'COUPLET_PROXY_HEADER',
  ReactorAlreadyRunning: 'COUPLET_REACTOR_ALREADY_RUNNING',
  ReactorNotRunning: 'COUPLET_REACTOR_NOT_RUNNING',
  ReactorStopped: 'COUPLET_REACTOR_STOPPED',
  ServiceError: 'COUPLET_SERVICE',
  ServiceStopped: 'COUPLET_SERVICE_STOPPED',
  SimulationError: 'COUPLET_SIMULATION',
  SpawnError: 'COUPLET_SPAWN',
  StringTooLongError: 'COUPLET_STRING_TOO_LONG',
  TLSError: 'COUPLET_TLS',
  TimeoutError: 'COUPLET_TIMEOUT',
  TooManyRequests: 'COUPLET_TOO_MANY_REQUESTS',
  UserAbortError: 'COUPLET_USER_ABORT',
  VarintParseError: 'COUPLET_VARINT_PARSE',
};

const MANIFEST: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync('packages/couplet/package.json', 'utf8'),
);

/** The entries of the packages. */
const ENTRIES = [
  ...Object.keys(MANIFEST.exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => path.replace('.', 'couplet')),
  'coupletd',
];

/** What is never thrown as itself: its subclasses have codes. */
const ABSTRACT: readonly string[] = ['AdmissionError'];

/** The error classes that an entry exports. */
async function errorsOf(entry: string): Promise<[name: string, error: Error][]> {
  const module: Readonly<Record<string, unknown>> = await import(entry);
  return Object.entries(module).flatMap(([name, value]): [string, Error][] => {
    if (typeof value !== 'function' || !(value.prototype instanceof Error) || ABSTRACT.includes(name)) return [];
    // Text will do for whatever a constructor takes.
    const error: unknown = Reflect.construct(value, ['why', 'why', 'why']);
    return error instanceof Error ? [[name, error]] : [];
  });
}

const errors = (await Promise.all(ENTRIES.map(errorsOf))).flat();

/** The page, by entry: what follows the heading of an entry is of that entry, all before it of `couplet`. */
function listed(): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  let entry = 'couplet';
  for (const line of readFileSync('docs/errors.md', 'utf8').split('\n')) {
    entry = /^## `(coupletd|couplet\/\w+)`/.exec(line)?.[1] ?? entry;
    const [, name, code] = /^\| `(\w+)` *\| `(COUPLET_\w+)` *\|/.exec(line) ?? [];
    if (name !== undefined && code !== undefined) rows.set(entry, [...(rows.get(entry) ?? []), `${name} ${code}`]);
  }
  return rows;
}

describe('S-12: the codes of errors', () => {
  test('are those of the list, and every class has one', () => {
    const found = errors.map(([name, error]) => [name, 'code' in error ? error.code : undefined]);
    assert.deepEqual(Object.fromEntries(found), CODES);
  });

  test('are unique, each under one name', () => {
    assert.equal(errors.length, Object.keys(CODES).length);
    assert.equal(new Set(Object.values(CODES)).size, errors.length);
  });

  test('begin with COUPLET_', () => {
    for (const code of Object.values(CODES)) assert.match(code, /^COUPLET_[A-Z]+(?:_[A-Z]+)*$/);
  });

  test('are on the page of errors, each with the entry that exports its class', async () => {
    const rows = listed();
    for (const entry of ENTRIES) {
      const expected = (await errorsOf(entry)).map(([name]) => `${name} ${CODES[name]}`);
      assert.deepEqual((rows.get(entry) ?? []).sort(), expected.sort(), entry);
    }
  });
});

test('the tables of the page of errors have at most 120 columns', () => {
  const long = readFileSync('docs/errors.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|') && line.length > 120);
  assert.deepEqual(long, []);
});
