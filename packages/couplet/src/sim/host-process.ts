import type { Backend } from '../seam/backend.ts';
import type { Signal } from '../seam/surroundings.ts';

/** A process of a simulated host. It is a backend: `new Reactor(process)` runs in it. */
export interface HostProcess extends Backend {
  /** True until it ends, and while its host has power. */
  readonly running: boolean;
  /** How many descriptors it has open: its connections and its ports. */
  readonly descriptors: number;
  /** What it still holds, a line each: connections, ports, an alarm. Empty when it holds nothing. */
  readonly leftovers: readonly string[];
  /** The lines that it printed on standard error. */
  readonly complaints: readonly string[];
  /** Sends it a signal. It ends if it has no handler for it. */
  signal(signal: Signal): void;
  /** Kills it: none of its code runs any more, and its kernel closes what it had. */
  kill(): void;
}
