import { ClientFactory } from '../protocol/client-factory.ts';
import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Connector } from '../protocol/connector.ts';
import { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { ErrorReport } from '../protocol/observer.ts';
import { Reactor } from '../reactor/reactor.ts';
import type { Backend } from '../seam/backend.ts';
import type { Part } from './actor.ts';
import { Actor } from './actor.ts';
import { expectSame } from './check.ts';

/** What a backend under test offers: itself, and its kinds of address. */
export interface Venue {
  /** A new backend, or the same one again. */
  backend(): Backend;
  /** A path that no socket has; undefined when the backend has no UNIX sockets. */
  unixPath?(): string;
}

/** Over what the two ends of a pair are connected. */
export type Medium = 'tcp' | 'unix';

/** Two connected actors. */
export interface Pair {
  readonly server: Actor;
  readonly client: Actor;
  readonly port: ListeningPort;
  readonly connector: Connector<Actor>;
}

/** A running reactor on which a check sets its scene. */
export class Stage {
  readonly reactor: Reactor;
  /** What callbacks threw. A check that expects it takes it away; what is left at the end fails the check. */
  readonly reports: ErrorReport[] = [];
  readonly #venue: Venue;

  private constructor(venue: Venue) {
    this.#venue = venue;
    this.reactor = new Reactor(venue.backend());
    this.reactor.observe({ error: (report) => this.reports.push(report) });
  }

  /** Runs a scene on a reactor of its own, and ends with the reactor stopped and every unexpected error reported. */
  static async play(venue: Venue, scene: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(venue);
    const running = stage.reactor.run({ signals: false });
    try {
      await scene(stage);
    } finally {
      if (stage.reactor.running) stage.reactor.stop();
      await running;
    }
    expectSame(
      stage.reports.map(({ who, where, error }) => `${who}: ${where}: ${String(error)}`),
      [],
      'the list of reported errors',
    );
  }

  /** Connects two actors that play the given parts, and resolves when both have run `connectionMade`. */
  async pair(server: Part, client: Part, options: ConnectionOptions = {}, medium: Medium = 'tcp'): Promise<Pair> {
    const serving = new Actor(server);
    const port = await this.listen(new Single(serving), options, medium);
    const connector = this.connect(port, new SingleClient(new Actor(client)), options);
    const connected = await connector.whenConnected();
    await serving.when(() => serving.log.length > 0);
    return { server: serving, client: connected, port, connector };
  }

  /** Listens on a free port of the loopback address, or on a fresh UNIX socket. */
  listen(factory: Factory, options: ConnectionOptions = {}, medium: Medium = 'tcp'): Promise<ListeningPort> {
    if (medium === 'tcp') return this.reactor.listenTCP(0, factory, { ...options, interface: '127.0.0.1' });
    const path = this.#venue.unixPath?.();
    if (path === undefined) throw new Error('this backend has no UNIX sockets');
    return this.reactor.listenUNIX(path, factory, options);
  }

  /** Connects to a port of this stage. */
  connect(port: ListeningPort, factory: SingleClient, options: ConnectionOptions = {}): Connector<Actor> {
    const host = port.getHost();
    return host.family === 'UNIX'
      ? this.reactor.connectUNIX(host.path, factory, options)
      : this.reactor.connectTCP(host.host, host.port, factory, options);
  }

  /** Resolves after so many milliseconds on the reactor's clock. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.reactor.callLater(ms, resolve);
    });
  }
}

/** The factory of one actor that is there already. */
export class Single extends Factory {
  readonly #actor: Actor;
  constructor(actor: Actor) {
    super();
    this.#actor = actor;
  }
  override buildProtocol(): Actor {
    return this.#actor;
  }
}

/** The same for a client. */
export class SingleClient extends ClientFactory {
  readonly #actor: Actor;
  constructor(actor: Actor) {
    super();
    this.#actor = actor;
  }
  override buildProtocol(): Actor {
    return this.#actor;
  }
}
