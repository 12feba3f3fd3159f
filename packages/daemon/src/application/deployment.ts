import type { Factory, ListeningPort } from 'couplet';
import type { ServiceSettings } from '../configuration/options.ts';
import type { Log } from '../log/log.ts';

/** What the deployment says of the services of one process. */
export interface Deployment {
  /** The log of a service: each line has its path. */
  logOf(path: string): Log;
  /** What the configuration says of a service, by its path. */
  settingsOf(path: string): ServiceSettings;
  /** Puts the limits and timeouts of a service around its factory. */
  guard<F extends Factory>(path: string, factory: F): Factory;
  /** Notes that a service listens on a port, for logs and metrics, and which file has the certificate that it shows. */
  listens(path: string, port: ListeningPort, certificate: string | undefined): void;
  /**
   * Calls `lead` with whether services that run in one process only run in this one: at once, and at each change. The answer is
   * awaited: once it resolves for false, another process begins. Returns a function that ends this.
   */
  follow(lead: (leads: boolean) => void | Promise<void>): () => void;
}
