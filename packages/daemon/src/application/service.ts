import type { Drained, Reactor } from 'couplet';
import type { Bus } from '../fleet/bus.ts';
import type { Presence } from '../fleet/presence.ts';
import type { Log } from '../log/log.ts';
import type { Deployment } from './deployment.ts';

/** Where a service runs: `start` gets it. */
export interface ServiceContext {
  /** The reactor of the process. It runs when `start` is called. */
  readonly reactor: Reactor;
  /** The log of the process; each line has the path of the service. */
  readonly log: Log;
  /** What the application's schema made of `application` in the configuration; undefined if nothing was configured. */
  readonly settings: unknown;
  /** The number of the process among those that run the same services: 1 and up. */
  readonly slot: number;
  /** How often the application was loaded: 1 at the start, and one more at each reload that replaced this process. */
  readonly generation: number;
  /** Carries messages to the same application in other processes. */
  readonly bus: Bus;
  /** Knows who is there, in all processes of the application. */
  readonly presence: Presence;
  /** The path of the service: its name, behind the names of the services that it is in: `upstream/cache`. */
  readonly path: string;
  /** What the deployment says of this process. */
  readonly '~deployment': Deployment;
}

/**
 * Something that an application runs: a server, a client, a timer. Import and construction have no effect; `start` begins. All methods
 * may be asynchronous.
 */
export interface Service {
  /** Tells it from the others beside it: letters, digits, `-`, `_` and `.`. */
  readonly name: string;
  /** Begins. Resolves when it serves; then the process can be called ready. A rejection fails the start of the application. */
  start(context: ServiceContext): void | Promise<void>;
  /**
   * Takes nothing new, and resolves when what is under way has ended; after `leftMs` milliseconds it should end the rest. It may return
   * how many connections ended by themselves and how many it ended. `stop` is called in any case.
   */
  draining?(leftMs: number): void | Drained | Promise<void | Drained>;
  /** Ends. `signal` is aborted when the time for that is up: then the process ends without it. */
  stop(signal: AbortSignal): void | Promise<void>;
}
