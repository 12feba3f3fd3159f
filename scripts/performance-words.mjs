// What the page of performance calls contenders and rows, and why Couplet is behind where it is. No figure stands here.

/** Everyone in the order of tables and pictures: whose name, the runtime that its colour shows, and raw sockets of which runtime to compare it with. */
export const CONTENDERS = {
  couplet: { title: 'Couplet, Node', runtime: 'node', raw: 'node' },
  'couplet-text': { title: 'Couplet, Node, text', runtime: 'node', raw: 'node' },
  'couplet-decoder': { title: 'Couplet, Node, decoder class', runtime: 'node', raw: 'node' },
  'couplet-generator': { title: 'Couplet, Node, generator', runtime: 'node', raw: 'node' },
  'couplet-parser': { title: 'Couplet, Node, parser by hand', runtime: 'node', raw: 'node' },
  node: { title: 'raw node:net', runtime: 'node' },
  'couplet-native': { title: 'Couplet, Node 26, native', runtime: 'node', raw: 'node-26' },
  'couplet-native-text': { title: 'Couplet, native, text', runtime: 'node', raw: 'node-26' },
  'node-26': { title: 'raw node:net, Node 26', runtime: 'node' },
  'couplet-bun': { title: 'Couplet, Bun', runtime: 'bun', raw: 'bun' },
  'couplet-bun-text': { title: 'Couplet, Bun, text', runtime: 'bun', raw: 'bun' },
  'couplet-bun-node': { title: 'Couplet, Bun by node:net', runtime: 'bun', raw: 'bun' },
  bun: { title: 'raw Bun.listen', runtime: 'bun' },
  'couplet-deno': { title: 'Couplet, Deno', runtime: 'deno', raw: 'deno' },
  deno: { title: 'raw Deno.listen', runtime: 'deno' },
  readline: { title: 'node:readline', runtime: 'other' },
  split2: { title: 'split2', runtime: 'other' },
  c: { title: 'C, epoll', runtime: 'other' },
  go: { title: 'Go', runtime: 'other' },
  twisted: { title: 'Twisted', runtime: 'other' },
};

/** What each row of the bench is called. */
export const ROWS = {
  echo: 'Echo',
  growth: 'Growth',
  'lines-1': 'Lines, one in flight',
  'lines-16': 'Lines, 16 in flight',
  'lines-100': 'Lines, 100 in flight',
  netstrings: 'Netstrings',
  int32: 'Int32 strings',
  resp: 'RESP',
  'byte-by-byte': 'Byte by byte',
  'fan-out': 'Fan-out',
  timers: 'Timers',
  poems: 'Poems',
  'observed-echo': 'Echo, observed',
  'observed-poems': 'Poems, observed',
  bulk: 'Bulk',
  'bulk-slow': 'Bulk, slow reader',
  'tls-handshakes': 'TLS: handshakes',
  'tls-bulk': 'TLS: bulk',
  'tls-bulk-slow': 'TLS: bulk, slow reader',
  'tls-echo': 'TLS: echo',
  'tls-lines-16': 'TLS: lines, 16 in flight',
  'tls-lines-100': 'TLS: lines, 100 in flight',
  idle: 'Idle connections',
  storm: 'Storm of connects',
  processes: 'Processes',
  simulation: 'Simulation',
  'start-up': 'Start-up',
  bundle: 'Bundle',
};

const FRAMES =
  'A `Buffer` for each frame is an object that the runtime makes and collects, and reading and writing the same bytes through the runtime costs a good part of what Go needs for everything. Text lines are slices of one string, which cost less. [Decision 11](decisions/0011-how-frames-are-found.md) has what was tried.';
const MESSAGES =
  'Each chunk passes the engine, which counts it, asks policies and observers, and looks whether the transport was closed or paused in between. A server by hand does none of that.';
const CONNECTIONS =
  'A connection of Couplet is more than a socket: a protocol, a transport, its limits and the reason for its end are made and taken down with each. On Bun a poem takes as many system calls as raw `Bun.listen` makes, which `npm run test:runtimes` counts; C takes fewer than half, because it does not wait until the peer has everything. What is left is JavaScript that runs once for each connection. [Decision 33](decisions/0033-speed-on-bun.md) has what was counted, and what was tried.';
const BUNDLE =
  '`reactor` is one object that listens and connects over TCP, UNIX sockets, standard input and output, TLS and behind proxies, as options say at run time; a bundler cannot drop a method. [Decision 21](decisions/0021-what-a-bundle-holds.md) has what each part weighs, and why 60,000 bytes are out of reach.';
const PROCESSES =
  'Behind one queue a new connection wakes every worker that is idle, and one of them gets it. Where there are fewer cores than workers, the others take their time from it.';
const RESP =
  'For each header and each body the receiver makes a view, makes a callback and changes its mode; the parser by hand keeps one index. Couplet with that same parser is the line `parser by hand`, so the difference is the receiver, not the engine.';
const IDLE =
  'Most of it is what Node keeps for its socket, as the line of raw `node:net` shows. On top of it come a protocol, a transport and a wire, whose bytes `npm test` bounds.';
const TLS =
  'The backend checks and holds back what TLS passes on, so that a pause, a reset and an end mean the same as without TLS ([runtimes](runtimes.md#tls)).';

/** Why a goal of a row is missed, by the contender that it is of, where that is known. */
export const REASONS = {
  echo: { couplet: [MESSAGES], 'couplet-bun': [MESSAGES] },
  'lines-1': { couplet: [MESSAGES], 'couplet-text': [MESSAGES], 'couplet-bun': [MESSAGES] },
  'lines-100': {
    couplet: [FRAMES],
    'couplet-text': [FRAMES],
    'couplet-bun': [FRAMES],
    'couplet-bun-text': [FRAMES],
  },
  netstrings: { couplet: [FRAMES] },
  int32: { couplet: [FRAMES] },
  resp: { couplet: [RESP], 'couplet-text': [RESP], 'couplet-decoder': [RESP], 'couplet-generator': [RESP] },
  'fan-out': { couplet: [MESSAGES], 'couplet-bun': [MESSAGES] },
  poems: { couplet: [CONNECTIONS], 'couplet-bun': [CONNECTIONS] },
  storm: { couplet: [CONNECTIONS], 'couplet-bun': [CONNECTIONS] },
  'tls-handshakes': { couplet: [TLS], 'couplet-bun': [TLS] },
  'tls-bulk': { couplet: [TLS], 'couplet-bun': [TLS] },
  'tls-echo': { couplet: [TLS], 'couplet-bun': [TLS] },
  'tls-lines-100': { couplet: [TLS], 'couplet-bun': [TLS] },
  idle: { couplet: [IDLE] },
  processes: { couplet: [PROCESSES] },
  bundle: { couplet: [BUNDLE], 'couplet-bun': [BUNDLE] },
};
