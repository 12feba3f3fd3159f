import { bytes, list, network, seconds, server, whole, words, workers } from './kinds.ts';
import type { ServiceSettings } from './options.ts';
import type { Table } from './table.ts';

/** The keys of `[service.NAME]` but `limit`; the name for users is without `Ms` behind times. */
export const SERVICE: Table<Omit<ServiceSettings, 'limit'>> = {
  listen: { kind: list(server(), ' ', 'ENDPOINT'), help: 'where to listen; repeatable', takes: 'several' },
  workers: { kind: workers(1), help: 'its workers; only with the topology apart' },
  accept: { kind: words('shared', 'spread'), help: 'its queues; only with the topology apart' },
  idleTimeoutMs: { kind: seconds(0.001), help: 'cut a connection on which nothing moves' },
  absoluteTimeoutMs: { kind: seconds(0.001), help: 'cut a connection after this time' },
  throttle: { kind: bytes(1), help: 'bytes a second, in each direction' },
  proxyProtocol: {
    kind: list(network(), ','),
    help: 'proxies whose PROXY headers count',
  },
};

/** The keys of `limit` in `[service.NAME]`. */
export const LIMIT: Table<NonNullable<ServiceSettings['limit']>> = {
  total: { kind: whole(1, 1_000_000_000), help: 'most connections' },
  perPeer: { kind: whole(1, 1_000_000_000), help: 'most connections of one peer' },
  scope: { kind: words('worker', 'node', 'fleet'), help: 'over which processes the limits count' },
};
