import type { Tally } from './tally.ts';

/** Where connections come from: a port, or a connector. */
export interface Origin {
  /** Unique among the connections, ports and connectors of the reactor. */
  readonly id: number;
  readonly role: 'server' | 'client';
  readonly factory: { logPrefix(): string };
  readonly tally: Tally;
}
