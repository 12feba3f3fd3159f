import type {
  Address,
  BuiltBy,
  ClientTLSOptions,
  ConnectionOptions,
  Connector,
  ConnectUNIXOptions,
  DuplexLike,
  ErrorReport,
  ListeningPort,
  PeerCredentials,
  PortOptions,
  ServerTLSOptions,
  SpawnOptions,
} from 'couplet';
import { ClientFactory, ClientTLS, Factory, Reactor, ServerTLS } from 'couplet';
import type { ClientEndpoint } from 'couplet/endpoints';
import { HostnameEndpoint, UNIXClientEndpoint } from 'couplet/endpoints';
import type { Backend, Sink, Wire } from 'couplet/testing';
import type { Part } from './actor.ts';
import { Actor } from './actor.ts';
import { expectSame } from './check.ts';
import { pathOf } from './places.ts';
import { ProcessActor, type ProcessPart } from './process-actor.ts';
import { SeamWatch } from './seam-watch.ts';

/**
 * What a child process of a check does. It exits with the code 0 unless that is said:
 *
 * - `echo`: writes to its output what it reads, until its input ends
 * - `fail`: exits with the code 3 at once
 * - `flood`: writes 4,000,000 bytes to its output, and then `error` to its error output
 * - `stubborn`: ignores SIGTERM, writes `ready`, and goes on for at least 10 s, also when its input ends
 * - `idle`: does nothing for at least 10 s, and does not read
 * - `deaf`: closes its input, writes `closed`, and 500 ms later `done`
 * - `parent`: starts a process that has its output open for at least 2 s, writes `left`, and exits
 */
export type Behaviour = 'echo' | 'fail' | 'flood' | 'stubborn' | 'idle' | 'deaf' | 'parent';

/** What `checkBackend` needs to check a backend. Members that are left out leave out the checks that need them. */
export interface BackendUnderTest {
  /** Returns the backend for the next check: a new one, or the same one each time. */
  backend(): Backend;
  /** Returns a path at which there is no socket, for the next UNIX port. Without it nothing is checked over UNIX sockets. */
  unixPath?(): string;
  /**
   * Options for TLS: a server with a certificate for 127.0.0.1, and a client that trusts it. Without them nothing is checked over TLS.
   */
  readonly tls?: { readonly server: ServerTLSOptions; readonly client: ClientTLSOptions };
  /**
   * Returns the command, and its arguments, of a process that behaves in that way. Without it nothing is checked with processes.
   */
  command?(behaviour: Behaviour): readonly [command: string, ...args: string[]];
  /** False if the backend cannot reset a TCP connection, so that the peer sees an orderly end. By default true. */
  readonly resets?: boolean;
  /**
   * True if a write that has to wait fails, on a connection that has received nothing, once the peer has ended its output. By default false.
   * Peers that do whatever comes to their minds then say a word first, since they would meet that at random; other checks fail.
   */
  readonly needsWord?: boolean;
  /**
   * Connects two wires of the backend, and fills the near one: when the promise resolves, its last `write` has returned false, and the
   * far one is paused and has read nothing. `near` and `far` are called once, each with its wire, and return the sink for it. Resolves to
   * a function that closes what else was opened, such as a port; the check ends the wires. Needed for a backend whose wires take more
   * than 64 MiB; without it a wire over TCP is filled.
   */
  clogged?(backend: Backend, near: (wire: Wire) => Sink, far: (wire: Wire) => Sink): Promise<() => Promise<void>>;
  /**
   * Returns two duplex streams that the backend can adopt, each with what is written to the other as its input; without half-close if
   * `allowHalfOpen` is false. Without it nothing is checked of adopted streams.
   */
  streamPair?(options?: { readonly allowHalfOpen?: boolean }): readonly [near: DuplexLike, far: DuplexLike];
  /**
   * What checks of `kernel` of a wire need: the credentials of this process; a function that opens a file with that text and returns its
   * descriptor, and one that reads such a file from its beginning, wherever its position is, and closes it. Needed for a backend that tells what the system
   * knows; without it nothing is checked of that.
   */
  readonly kernel?: {
    readonly credentials: PeerCredentials;
    readonly open: (text: string) => number;
    readonly take: (fd: number) => string;
  };
  /** Called with the reactor of each scene, before anything else uses it: to observe what is told of the backend. */
  watch?(reactor: Reactor): void;
  /** After how many milliseconds on the clock of the backend a check fails that is not over; by default 25,000. */
  readonly patienceMs?: number;
}

/** The kind of connection between two wires: over TCP, over a UNIX socket, or over TCP with TLS. */
export type Link = 'tcp' | 'unix' | 'tls';

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
  readonly #underTest: BackendUnderTest;
  readonly #watch: SeamWatch;
  readonly #casts: Set<Roles> = new Set();
  readonly #children: ProcessActor[] = [];
  #tls: { readonly server: ServerTLS; readonly client: ClientTLS } | undefined;
  /** The ports whose clients need TLS. */
  readonly #secure: WeakSet<ListeningPort> = new WeakSet();

  /** Every actor of a factory that listened or connected here. */
  get actors(): Actor[] {
    return [...this.#casts].flatMap(({ actors }) => actors);
  }

  private constructor(underTest: BackendUnderTest) {
    this.#underTest = underTest;
    this.#watch = new SeamWatch(underTest.backend());
    this.reactor = new Reactor(this.#watch);
    underTest.watch?.(this.reactor);
    this.reactor.observe({ error: (report) => this.reports.push(report) });
  }

  /**
   * Runs a scene on a reactor of its own, and stops the reactor. Rejects if the scene does, if it is not over within `patienceMs` of the
   * backend under test, or if there were reports or faults that the scene did not expect.
   */
  static async play(underTest: BackendUnderTest, scene: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(underTest);
    const running = stage.reactor.run({ signals: false });
    try {
      await Promise.race([scene(stage), stage.#stall(underTest.patienceMs ?? 25_000)]);
    } finally {
      if (stage.reactor.running) stage.reactor.stop();
      await running;
    }
    expectSame(stage.#watch.faults, [], 'the list of faults at the seam');
    for (const { faults, log } of [...stage.actors, ...stage.#children])
      expectSame(faults, [], `the list of faults of an actor with ${log}`);
    expectSame(
      stage.reports.map(({ who, where, error }) => `${who}: ${where}: ${String(error)}`),
      [],
      'the list of reported errors',
    );
  }

  /** Connects two actors that play the given parts, and resolves when both have run `connectionMade`. */
  async pair(server: Part, client: Part, options: ConnectionOptions = {}, link: Link = 'tcp'): Promise<Pair> {
    const pair = await this.call(server, client, options, link);
    await pair.connector.whenConnected();
    await pair.server.when(() => pair.server.log.length > 0);
    return pair;
  }

  /** Begins to connect two actors. If one of them leaves at once, the other may never have a connection. */
  async call(server: Part, client: Part, options: ConnectionOptions = {}, link: Link = 'tcp'): Promise<Pair> {
    const serving = new Actor(server);
    const port = await this.listen(new OneFactory(serving), options, link);
    const calling = new Actor(client);
    const connector = this.connect(port, new SingleClient(calling), options);
    return { server: serving, client: calling, port, connector };
  }

  /** Whether two ends should say a word before they do whatever comes to their minds. */
  get needsWord(): boolean {
    return this.#underTest.needsWord === true;
  }

  /** The settings of connections over TLS. */
  get tls(): { readonly server: ServerTLS; readonly client: ClientTLS } {
    const { server, client } = this.tlsOptions;
    this.#tls ??= { server: new ServerTLS(server), client: new ClientTLS(client) };
    return this.#tls;
  }

  /** The options that `tls` is made of. Throws an `Error` if the backend under test has none. */
  get tlsOptions(): NonNullable<BackendUnderTest['tls']> {
    const { tls } = this.#underTest;
    if (tls === undefined) throw new Error('tls of BackendUnderTest is undefined: this check needs it');
    return tls;
  }

  /** Starts a child that behaves in that way. */
  spawn(behaviour: Behaviour, part: ProcessPart = {}, options: SpawnOptions = {}): ProcessActor {
    const actor = new ProcessActor(part);
    this.#children.push(actor);
    const [command, ...args] = this.command(behaviour);
    this.reactor.spawnProcess(actor, command, args, options);
    return actor;
  }

  /** The command that behaves in that way. Throws an `Error` if the backend under test has none. */
  command(behaviour: Behaviour): readonly [command: string, ...args: string[]] {
    const command = this.#underTest.command?.(behaviour);
    if (command === undefined) throw new Error('command of BackendUnderTest is undefined: this check needs it');
    return command;
  }

  /** Listens on a free port of the loopback address, or on a fresh UNIX socket. */
  async listen(factory: Factory, options: PortOptions = {}, link: Link = 'tcp'): Promise<ListeningPort> {
    if (factory instanceof SceneFactory) this.#casts.add(factory);
    if (link === 'tls') {
      const port = await this.listen(factory, { tls: this.tls.server, ...options });
      this.#secure.add(port);
      return port;
    }
    if (link === 'tcp') return this.reactor.listenTCP(0, factory, { ...options, interface: '127.0.0.1' });
    const path = this.#underTest.unixPath?.();
    if (path === undefined) throw new Error('unixPath of BackendUnderTest is undefined: this check needs it');
    return this.reactor.listenUNIX(path, factory, options);
  }

  /** Has the actors of a factory judged at the end, as those of ports and connectors of this stage are. Returns the factory. */
  cast<F extends SceneFactory | SingleClient>(factory: F): F {
    this.#casts.add(factory);
    return factory;
  }

  /** Connects to a port of this stage. */
  connect<F extends ClientFactory>(
    port: ListeningPort,
    factory: F,
    given: ConnectUNIXOptions = {},
  ): Connector<BuiltBy<F>> {
    if (factory instanceof SingleClient) this.#casts.add(factory);
    const options = this.#secure.has(port) ? { tls: this.tls.client, ...given } : given;
    const host = port.getHost();
    return 'port' in host
      ? this.reactor.connectTCP(host.host, host.port, factory, options)
      : this.reactor.connectUNIX(pathOf(port), factory, options);
  }

  /** The endpoint of a port of this stage. */
  endpoint(port: ListeningPort): ClientEndpoint {
    const options = this.#secure.has(port) ? { tls: this.tls.client } : {};
    const host = port.getHost();
    return 'port' in host
      ? new HostnameEndpoint(this.reactor, host.host, host.port, options)
      : new UNIXClientEndpoint(this.reactor, pathOf(port), options);
  }

  /** Connects one more actor to a port, and resolves after its `connectionMade`. */
  join(port: ListeningPort, part: Part = {}): Promise<Actor> {
    return this.connect(port, new SingleClient(new Actor(part))).whenConnected();
  }

  /** How many bytes of memory were written to the wires. */
  get handed(): number {
    return this.#watch.handed;
  }

  /** True if the peer can see an abort: not on UNIX sockets, nor if the backend cannot reset. */
  resets(link: Link): boolean {
    return link !== 'unix' && this.#underTest.resets !== false;
  }

  /** Takes away what callbacks threw so far. */
  takeReports(): ErrorReport[] {
    return this.reports.splice(0);
  }

  /** Resolves after `ms` milliseconds on the reactor's clock. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.reactor.callLater(ms, resolve);
    });
  }

  /** Resolves when the condition is true. It is looked at each millisecond of the reactor's clock. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.pass(1);
  }

  async #stall(patienceMs: number): Promise<never> {
    await this.pass(patienceMs);
    const logs = this.actors.map(({ log, received }) => `[${log}] with ${received} bytes`);
    const errors = this.reports.map(({ where, error }) => `${where}: ${String(error)}`);
    throw new Error(
      `the check is not over after ${patienceMs} ms; its actors: ${logs.join(', ')}; errors: ${errors.join(', ') || 'none'}`,
    );
  }
}

/** What has actors. */
interface Roles {
  readonly actors: readonly Actor[];
}

/** A factory that makes an actor for each connection. */
export class SceneFactory extends Factory {
  readonly actors: Actor[] = [];
  readonly #part: Part;
  readonly #observers: { readonly count: number; readonly resolve: () => void }[] = [];
  constructor(part: Part = {}) {
    super();
    this.#part = part;
  }
  override buildProtocol(_peer: Address): Actor | null {
    const actor = new Actor(this.#part);
    this.actors.push(actor);
    for (const { count, resolve } of this.#observers) if (count <= this.actors.length) resolve();
    return actor;
  }

  /** Resolves when there are `count` actors: a client may have its connection before its server has. */
  whenCast(count: number): Promise<void> {
    if (count <= this.actors.length) return Promise.resolve();
    return new Promise((resolve) => {
      this.#observers.push({ count, resolve });
    });
  }
}

/** The factory of one actor that is there already. */
export class OneFactory extends SceneFactory {
  readonly actor: Actor;
  constructor(actor: Actor) {
    super();
    this.actor = actor;
    this.actors.push(actor);
  }
  override buildProtocol(_peer: Address): Actor {
    return this.actor;
  }
}

/** The same for a client. */
export class SingleClient extends ClientFactory {
  readonly actor: Actor;
  readonly actors: readonly Actor[];
  constructor(actor: Actor) {
    super();
    this.actor = actor;
    this.actors = [actor];
  }
  override buildProtocol(): Actor {
    return this.actor;
  }
}
