// What the page of performance calls contenders and rows, and why Couplet is behind where it is. No figure stands here.

/** Everyone in the order of tables and pictures: whose name, the runtime that its colour shows, and raw sockets of which runtime to compare it with. */
export const CONTENDERS = {
  couplet: { title: 'Couplet, Node', runtime: 'node', raw: 'node' },
  'couplet-text': { title: 'Couplet, Node, text', runtime: 'node', raw: 'node' },
  'couplet-decoder': { title: 'Couplet, Node, decoder class', runtime: 'node', raw: 'node' },
  'couplet-generator': { title: 'Couplet, Node, generator', runtime: 'node', raw: 'node' },
  'couplet-parser': { title: 'Couplet, Node, parser by hand', runtime: 'node', raw: 'node' },
  node: { title: 'raw node:net', runtime: 'node' },
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
  int32: 'Strings after a length of four bytes',
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

/** Why a goal of a row is missed or undecided, where that is known. */
export const REASONS = {};
