import type { ConnectionDetail, ConnectionView } from 'couplet';
import type { Chosen, Row } from '../values/frame.ts';
import type { SortKey } from '../values/query.ts';
import type { ByteRates } from './counters.ts';
import { tenths } from './numbers.ts';
import type { Key } from './selection.ts';
import { cut } from './words.ts';

/** How many characters of a name there are. */
const NAME = 80;
/** The address of a socket of TCP that means the same in a shell. */
const TCP = /^(?:[\d.]+|\[[\da-f:.]+\]):\d{1,5}$/;

/** Returns a connection in one line. */
export function rowOf(view: ConnectionView, { inRate, outRate }: ByteRates): Row {
  const { id, role, origin, protocol, peer, limit, producer, idleMs } = view;
  const { state, waiting, bytesIn, bytesOut, reads, writes, queued, maxQueued } = view;
  return {
    id,
    role,
    origin,
    ...(protocol === undefined ? {} : { protocol: cut(protocol, NAME) }),
    ...(peer === undefined ? {} : { peer: cut(peer, NAME) }),
    state,
    waiting,
    bytesIn,
    bytesOut,
    reads,
    writes,
    inRate: tenths(inRate),
    outRate: tenths(outRate),
    queued,
    maxQueued,
    ...(limit === undefined ? {} : { limit }),
    ...(producer === undefined ? {} : { producer }),
    ageMs: Math.round(view.durationMs),
    ...(idleMs === undefined ? {} : { idleMs: Math.round(idleMs) }),
    ...(view.tls === undefined ? {} : { secure: true }),
  };
}

/** Returns what a connection is sorted by. */
export function keyOf(view: ConnectionView, { inRate, outRate }: ByteRates, sort: SortKey): Key {
  switch (sort) {
    case 'peer':
      return view.peer ?? '';
    case 'port':
      return view.host;
    case 'protocol':
      return view.protocol ?? '';
    case 'inRate':
      return inRate;
    case 'outRate':
      return outRate;
    case 'idle':
      return view.idleMs ?? -1;
    case 'age':
      return view.durationMs;
    default:
      return view[sort];
  }
}

/** Whether a connection has a text, in small letters, in what its row shows. */
export function matches(view: ConnectionView, text: string): boolean {
  const { id, peer = '', host, protocol = '', factory, state, waiting } = view;
  return (
    text === '' ||
    `#${id}\n${peer}\n${host}\n${protocol}\n${factory}\n${state}\n${waiting}`.toLowerCase().includes(text)
  );
}

/** Returns a connection in detail. */
export function chosenOf(view: ConnectionDetail): Chosen {
  const { host, peer = '', protocol, idleMs, proxy } = view;
  // Behind a proxy the addresses are not those of the socket.
  const known = proxy === undefined && TCP.test(host) && TCP.test(peer);
  return {
    ...view,
    factory: cut(view.factory, NAME),
    ...(protocol === undefined ? {} : { protocol: cut(protocol, NAME) }),
    since: tenths(view.since),
    durationMs: tenths(view.durationMs),
    ...(idleMs === undefined ? {} : { idleMs: tenths(idleMs) }),
    ...(known ? { ss: `ss -tinp 'src ${host} and dst ${peer}'` } : {}),
  };
}
