import { readFileSync } from 'node:fs';
import type { Factory, ListeningPort, Reactor } from 'couplet';
import type { LedgerOptions } from 'couplet/policies';
import { limitConnections, limitPerPeer, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import type { Deployment } from '../application/deployment.ts';
import type { DaemonOptions, ServiceSettings } from '../configuration/options.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Log } from '../log/log.ts';
import { certificateExpiry } from '../metrics/certificate.ts';
import type { Metered } from '../metrics/meter.ts';

const NOTHING: ServiceSettings = {};
/** Ledgers answer sooner than this, in milliseconds, with `unknown` if they cannot tell. */
const ANSWER_MS = 2000;

/** A port, and what it is called in logs and metrics. */
interface NamedPort {
  readonly path: string;
  readonly port: ListeningPort;
  /** The file of its certificate, and when that ends, in seconds since 1970. */
  readonly certificate: string | undefined;
  certificateExpiry: number | undefined;
}

/** What the deployment says of the services of this process, and which ports they have. */
export class ProcessDeployment implements Deployment {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #services: Readonly<Record<string, ServiceSettings>>;
  readonly #whenAway: DaemonOptions['whenAway'];
  readonly #fleet: Pick<Fleet, 'node' | 'fleet'>;
  readonly #ports: Set<NamedPort> = new Set();
  /** The same by their ids in the reactor, as far as these have been asked for. */
  readonly #byId: Map<number, NamedPort> = new Map();
  readonly #followers: Set<(leads: boolean) => void | Promise<void>> = new Set();
  #leads: boolean;
  /** Settles when they have done what they were told last. */
  #led: Promise<unknown> = Promise.resolve();

  /** `leads` says whether services that run in one process only run in this one at first. */
  constructor(
    reactor: Reactor,
    log: Log,
    services: Readonly<Record<string, ServiceSettings>>,
    whenAway: DaemonOptions['whenAway'],
    fleet: Pick<Fleet, 'node' | 'fleet'>,
    leads: boolean,
  ) {
    this.#reactor = reactor;
    this.#log = log;
    this.#services = services;
    this.#whenAway = whenAway;
    this.#fleet = fleet;
    this.#leads = leads;
  }

  /** The ports of all services, also those that have stopped and drain. */
  get ports(): readonly ListeningPort[] {
    return [...this.#ports].map(({ port }) => port);
  }

  logOf(path: string): Log {
    return this.#log.child({ service: path });
  }

  settingsOf(path: string): ServiceSettings {
    // It came as JSON, so it has a prototype, whose members are not settings.
    return Object.hasOwn(this.#services, path) ? (this.#services[path] ?? NOTHING) : NOTHING;
  }

  guard(path: string, factory: Factory): Factory {
    const { limit, idleTimeoutMs, absoluteTimeoutMs, throttle: bytes } = this.settingsOf(path);
    let guarded = factory;
    if (bytes !== undefined) guarded = throttle(guarded, { readBytesPerSecond: bytes, writeBytesPerSecond: bytes });
    if (idleTimeoutMs !== undefined) guarded = timeoutIdle(guarded, { idleTimeoutMs });
    if (absoluteTimeoutMs !== undefined) guarded = timeoutAbsolute(guarded, { timeoutMs: absoluteTimeoutMs });
    if (limit === undefined) return guarded;
    const { total, perPeer, scope } = limit;
    const ledger = this.#ledgerOf(scope);
    if (perPeer !== undefined) guarded = limitPerPeer(guarded, { max: perPeer, key: path, ...ledger });
    if (total !== undefined) guarded = limitConnections(guarded, { max: total, key: path, ...ledger });
    return guarded;
  }

  listens(path: string, port: ListeningPort, certificate: string | undefined): void {
    this.#ports.add({ path, port, certificate, certificateExpiry: expiryOf(certificate) });
  }

  follow(lead: (leads: boolean) => void | Promise<void>): () => void {
    this.#followers.add(lead);
    if (this.#leads) void lead(true);
    return () => this.#followers.delete(lead);
  }

  /** Has services that run in one process only run in this one, or not. Resolves when they have stopped, or begun. */
  async lead(leads: boolean): Promise<void> {
    if (this.#leads !== leads) {
      this.#leads = leads;
      this.#led = Promise.all([this.#led, ...[...this.#followers].map((follower) => follower(leads))]);
    }
    await this.#led;
  }

  /** What a port is called, by its id in the reactor; undefined for what no service listens on. */
  nameOf(id: number): Metered | undefined {
    if (!this.#byId.has(id)) this.#learn();
    const named = this.#byId.get(id);
    if (named === undefined) return undefined;
    const { path, port, certificateExpiry } = named;
    const name = { service: path, listener: port.getHost().authority };
    return certificateExpiry === undefined ? name : { ...name, certificateExpiry };
  }

  /** Has all ports read their certificates again. Rejects with the first error; the others have read theirs. */
  async reloadCertificates(): Promise<void> {
    const all = await Promise.allSettled(this.ports.map((port) => port.reload()));
    const failed = all.find((one) => one.status === 'rejected');
    for (const named of this.#ports) named.certificateExpiry = expiryOf(named.certificate);
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends all connections at once. */
  abortConnections(): void {
    for (const port of this.ports) for (const connection of port.connections) connection.abortConnection();
  }

  /** Finds out the ids of ports: only views have them. */
  #learn(): void {
    for (const { id, host } of this.#reactor.inspect().ports()) {
      const named = [...this.#ports].find(({ port }) => port.getHost().authority === host);
      if (named !== undefined && !this.#byId.has(id)) this.#byId.set(id, named);
    }
  }

  #ledgerOf(scope: 'worker' | 'node' | 'fleet'): LedgerOptions {
    if (scope === 'worker') return {};
    const ledger = scope === 'fleet' ? this.#fleet.fleet : this.#fleet.node;
    if (ledger === undefined) return {};
    return { ledger, whenAway: this.#whenAway, answerTimeoutMs: ANSWER_MS };
  }
}

/** When the certificate in a file ends, in seconds since 1970; undefined without one, or if it cannot be read. */
function expiryOf(file: string | undefined): number | undefined {
  try {
    return file === undefined ? undefined : certificateExpiry(readFileSync(file));
  } catch {
    // What is wrong with it was told by the port, which could not have used it.
    return undefined;
  }
}
