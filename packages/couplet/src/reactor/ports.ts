import { familyOf } from '../address/literal.ts';
import type { Engine } from '../engine/engine.ts';
import { prefixOf } from '../engine/report.ts';
import { ProxyReader } from '../haproxy/filter.ts';
import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import { boundsOf } from '../protocol/options.ts';
import type { DrainOptions, ListeningPort } from '../protocol/port.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { PortView } from '../protocol/views.ts';
import type { ListenPlace } from '../seam/streams.ts';
import type { Clock } from '../time/clock.ts';
import { awaited } from '../values/thenable.ts';
import type { Adoption } from './adoption.ts';
import type { PortOptions } from './options.ts';
import { Port, type PortTerms, type WireSource } from './port.ts';

/** What describes a TCP port besides its interface. */
type PortPlace = Omit<Extract<ListenPlace, { kind: 'tcp' }>, 'kind' | 'host'>;

/** The ports of a reactor, including those that are being opened, and those that have stopped and have connections. */
export class Ports {
  readonly #engine: Engine;
  readonly #reactor: Clock;
  readonly #opening: Set<Promise<Port>> = new Set();
  readonly #ports: Set<Port> = new Set();
  /** True from a drain of the reactor until it ends: nothing opens. */
  #draining = false;

  /** `reactor` is what `startFactory` of factories gets. */
  constructor(engine: Engine, reactor: Clock) {
    this.#engine = engine;
    this.#reactor = reactor;
  }

  /**
   * Opens a TCP port on an interface: `name` is an IP address, or a host name, which is looked up first. Rejects with a
   * `CannotListenError` if the name has no address, and for the reasons of `open`.
   */
  async openTCP(name: string, place: PortPlace, factory: Factory, options: PortOptions): Promise<ListeningPort> {
    const { epoch } = this.#engine;
    const host = await this.#interfaceOf(name, place);
    const source = this.#listeningSource(name, { kind: 'tcp', host, ...place });
    this.#expectEpoch(epoch, source);
    return this.#openSource(source, factory, options);
  }

  /**
   * Opens a port once its factory has started; `name` is the place as the program wrote it, for messages. Rejects with a
   * `CannotListenError` if the port cannot be opened or the reactor has stopped meanwhile, with a `TypeError` or `RangeError` if the
   * factory or an option is not valid, and with the error of `startFactory` if that fails. The factory is out of use again then.
   */
  async open(
    name: string,
    place: ListenPlace,
    factory: Factory | BuildFunction,
    options: PortOptions,
  ): Promise<ListeningPort> {
    return this.#openSource(this.#listeningSource(name, place), factory, options);
  }

  /**
   * Has a factory serve a connection that exists already. Resolves to the protocol once the wire has one. Rejects with a `ConnectError` if
   * the wire cannot be had or the reactor has stopped, with the reason why the connection was refused, and for the reasons of `open` that
   * concern the factory and the options.
   */
  async adopt(adoption: Adoption, factory: Factory | BuildFunction, options: PortOptions): Promise<Callbacks> {
    await this.#openSource(adoption, factory, options);
    return adoption.protocol;
  }

  async #openSource(source: WireSource, from: Factory | BuildFunction, options: PortOptions): Promise<ListeningPort> {
    const bounds = boundsOf(options);
    const { tls, haproxy } = options;
    const factory = factoryFrom(from);
    if (tls !== undefined) checkTLS(tls, 'server');
    const terms = { bounds, tls, header: haproxy === undefined ? undefined : new ProxyReader(haproxy) };
    const { epoch } = this.#engine;
    const started = factory.doStart(this.#reactor);
    let port: Port;
    try {
      await awaited(started);
      factory.checkProtocol();
      this.#expectEpoch(epoch, source);
      port = await this.#openStarted(source, factory, terms);
    } catch (error) {
      this.#engine.guard(prefixOf(factory), 'stopFactory', () => factory.doStop());
      throw error;
    }
    if (this.#draining && source.outcome === undefined) {
      await port.stopListening();
      this.#expectEpoch(epoch, source);
    }
    return port;
  }

  /** Drains all ports. Until `close` none opens; one whose socket is being opened is closed again. */
  async drain(options: Required<DrainOptions>): Promise<void> {
    this.#draining = true;
    await Promise.all(Array.from(this.#ports, (port) => port.drainWithin(options)));
  }

  /** Shows the ports that listen, and those whose connections have not ended. */
  *views(): Generator<PortView> {
    for (const port of [...this.#ports]) yield port.view();
  }

  /** Closes all ports, including those whose sockets are being opened; a lookup, or a factory that is starting, is not waited for. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#opening);
    this.#draining = false;
    await Promise.all(Array.from(this.#ports, (port) => port.stopListening()));
  }

  #listeningSource(name: string, place: ListenPlace): WireSource {
    const port = place.kind === 'tcp' ? place.port : undefined;
    return {
      name,
      listen: (handover, sink) => this.#engine.streams.listen({ ...place, ...handover }, sink),
      failure: (why, options) => new CannotListenError(name, port, why, options),
    };
  }

  async #openStarted(source: WireSource, factory: Factory, terms: PortTerms): Promise<Port> {
    const opening = Port.open(this.#engine, source, factory, terms, (over) => this.#ports.delete(over));
    this.#opening.add(opening);
    try {
      const port = await opening;
      this.#ports.add(port);
      return port;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /**
   * Throws the error of the source if the run in which the port was asked for is over, or drains. While it ends, `Port.open` throws
   * that.
   */
  #expectEpoch(epoch: symbol | undefined, source: WireSource): void {
    if (!this.#draining && (this.#engine.stopping || this.#engine.epoch === epoch)) return;
    throw source.failure(`the reactor ${this.#draining ? 'is draining' : 'has stopped'}`);
  }

  /** Returns the IP address of an interface; of a name with several addresses the first IPv4 one, or IPv6 one if only that can be used. */
  async #interfaceOf(name: string, { port, ipv6Only }: PortPlace): Promise<string> {
    if (familyOf(name) !== undefined) return name;
    const found = await this.#engine.resolve(name);
    if ('kind' in found) throw new CannotListenError(name, port, found.detail, { cause: found });
    const wanted = ipv6Only === true ? 'IPv6' : 'IPv4';
    const address = found.find(({ family }) => family === wanted) ?? (ipv6Only === true ? undefined : found[0]);
    if (address === undefined)
      throw new CannotListenError(name, port, `the name has no ${ipv6Only === true ? 'IPv6 ' : ''}address`);
    return address.host;
  }
}
