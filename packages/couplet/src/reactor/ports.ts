import { familyOf } from '../address/literal.ts';
import type { Engine } from '../engine/engine.ts';
import { prefixOf } from '../engine/report.ts';
import { ProxyReader } from '../haproxy/filter.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import { boundsOf } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import { checkFactory } from '../protocol/role.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { ListenPlace } from '../seam/streams.ts';
import type { Clock } from '../time/clock.ts';
import { awaited } from '../values/thenable.ts';
import type { PortOptions } from './options.ts';
import { Port, type PortTerms } from './port.ts';

/** What a TCP port is asked for with. */
interface TcpPlace {
  readonly port: number;
  readonly backlog: number;
}

/** The ports of a reactor, those that are being opened included. */
export class Ports {
  readonly #engine: Engine;
  readonly #reactor: Clock;
  readonly #opening: Set<Promise<ListeningPort>> = new Set();
  readonly #open: Set<Port> = new Set();

  /** Factories get to know the `reactor`. */
  constructor(engine: Engine, reactor: Clock) {
    this.#engine = engine;
    this.#reactor = reactor;
  }

  /** Opens a TCP port on an interface, an IP literal or a name. Rejects like `open`. */
  async openTCP(name: string, place: TcpPlace, factory: Factory, options: PortOptions): Promise<ListeningPort> {
    const { epoch } = this.#engine;
    const host = await this.#interfaceOf(name, place.port);
    this.#expectEpoch(epoch, name, place.port);
    return this.open(name, { kind: 'tcp', host, ...place }, factory, options);
  }

  /**
   * Opens a port once its factory has started; `name` is the place as it was asked for. Rejects with a `CannotListenError` when that is
   * impossible, and when the reactor has stopped meanwhile.
   */
  async open(name: string, place: ListenPlace, factory: Factory, options: PortOptions): Promise<ListeningPort> {
    const bounds = boundsOf(options);
    const { tls, haproxy } = options;
    checkFactory(factory);
    if (tls !== undefined) checkTLS(tls, 'server');
    const terms = { bounds, tls, header: haproxy === undefined ? undefined : new ProxyReader(haproxy) };
    const { epoch } = this.#engine;
    const started = factory.doStart(this.#reactor);
    try {
      await awaited(started);
      factory.checkProtocol();
      this.#expectEpoch(epoch, name, place.kind === 'tcp' ? place.port : undefined);
      return await this.#openStarted(name, place, factory, terms);
    } catch (error) {
      this.#engine.guard(prefixOf(factory), 'stopFactory', () => factory.doStop());
      throw error;
    }
  }

  /** Closes them all. It waits for those that are being opened, but not for lookups and factories before that. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#opening);
    await Promise.all([...this.#open].map((port) => port.stopListening()));
  }

  async #openStarted(name: string, place: ListenPlace, factory: Factory, terms: PortTerms): Promise<ListeningPort> {
    const opening = Port.open(this.#engine, name, place, factory, terms, (closed) => this.#open.delete(closed));
    this.#opening.add(opening);
    try {
      const port = await opening;
      this.#open.add(port);
      return port;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /** Throws when what was asked for in that epoch comes after its end. While the reactor still ends, `Port.open` says so. */
  #expectEpoch(epoch: symbol | undefined, name: string, port: number | undefined): void {
    if (this.#engine.stopping || this.#engine.epoch === epoch) return;
    throw new CannotListenError(name, port, 'the reactor has stopped');
  }

  /** The IP literal of an interface; of a name with several addresses the first IPv4 one. */
  async #interfaceOf(name: string, port: number): Promise<string> {
    if (familyOf(name) !== undefined) return name;
    const found = await this.#engine.resolve(name);
    if ('kind' in found) throw new CannotListenError(name, port, found.detail, { cause: found });
    const address = found.find(({ family }) => family === 'IPv4') ?? found[0];
    if (address === undefined) throw new CannotListenError(name, port, 'the name has no address');
    return address.host;
  }
}
