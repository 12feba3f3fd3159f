import type { Backend } from '../seam/backend.ts';
import type { Signal } from '../seam/surroundings.ts';

/** A process of a simulated host, as a scenario sees it: the backend of a reactor. */
export interface HostProcess extends Backend {
  /** True until it ends, and while its host has power. */
  readonly running: boolean;
  /** How many descriptors it has: its connections and its ports. */
  readonly descriptors: number;
  /** What it still has: connections, ports, an alarm. Empty when it holds nothing. */
  readonly leftovers: readonly string[];
  /** What it printed on standard error, a line each. */
  readonly complaints: readonly string[];
  /** Sends it a signal: without a handler it ends. */
  signal(signal: Signal): void;
  /** Ends it without a word; its kernel closes what it had. */
  kill(): void;
}
