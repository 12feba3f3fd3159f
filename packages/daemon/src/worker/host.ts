import type { Drained, Reactor } from 'couplet';
import type { ServiceContext } from '../application/service.ts';
import { ServiceList } from '../application/service-list.ts';
import type { DaemonOptions, ServiceSettings } from '../configuration/options.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Log } from '../log/log.ts';
import { logEvents } from '../log/log-events.ts';
import type { LoadedApplication } from './load.ts';
import { ProcessDeployment } from './process-deployment.ts';

/** What a process is that runs services. */
export interface HostOptions {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly fleet: Fleet;
  readonly services: Readonly<Record<string, ServiceSettings>>;
  readonly whenAway: DaemonOptions['whenAway'];
  readonly accessLog: boolean;
  readonly slot: number;
  readonly generation: number;
  /** Whether services that run in one process only run in this one at first. */
  readonly leads: boolean;
}

/** Runs the services of an application, or some of them, in this process. */
export class Host {
  readonly deployment: ProcessDeployment;
  readonly #options: HostOptions;
  readonly #list: ServiceList;
  readonly #settings: unknown;
  readonly #unlog: () => void;

  constructor(loaded: LoadedApplication, options: HostOptions) {
    const { reactor, log, fleet, services, whenAway, leads, accessLog } = options;
    this.#options = options;
    this.#settings = loaded.settings;
    this.#list = new ServiceList(loaded.services);
    this.deployment = new ProcessDeployment(reactor, log, services, whenAway, fleet, leads);
    this.#unlog = logEvents(reactor, log, { access: accessLog, nameOf: (id) => this.deployment.nameOf(id) });
  }

  /** Starts the services with these names, or all. Rejects with a `ServiceError`; then none runs. */
  async start(wanted?: readonly string[]): Promise<void> {
    const { reactor, log, fleet, slot, generation } = this.#options;
    const context: ServiceContext = {
      reactor,
      log,
      settings: this.#settings,
      slot,
      generation,
      bus: fleet.bus,
      presence: fleet.presence,
      path: '',
      '~deployment': this.deployment,
    };
    await this.#list.start(context, (name) => wanted === undefined || wanted.includes(name));
  }

  /** Stops accepting, and resolves when the connections have ended; after this time the rest is ended. */
  drain(timeoutMs: number): Promise<Drained> {
    return this.#list.draining(timeoutMs);
  }

  /** Stops the services, the last one first, within this time, and gives back what is shared. */
  async stop(timeoutMs: number): Promise<void> {
    const { reactor, fleet } = this.#options;
    const late = new AbortController();
    const timer = reactor.callLater(timeoutMs, () => late.abort(new Error('the time for stopping is up')));
    await this.#list.stop(late.signal);
    timer.cancel();
    await fleet.close();
    this.#unlog();
  }
}
