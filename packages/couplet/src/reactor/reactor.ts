import type { IPv4Address, IPv6Address } from '../address/address.ts';
import { familyOf } from '../address/literal.ts';
import { Engine } from '../engine/engine.ts';
import { titleOf } from '../engine/report.ts';
import { Machine } from '../machine/machine.ts';
import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { CannotListenError, ReactorAlreadyRunning, ReactorNotRunning } from '../protocol/errors.ts';
import type { BuiltBy, Factory } from '../protocol/factory.ts';
import type { ObserveOptions, Observer } from '../protocol/observer.ts';
import { checkObserver } from '../protocol/observer.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import { boundsOf } from '../protocol/options.ts';
import { isTCP, type ListeningPort } from '../protocol/port.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProxyHeader } from '../protocol/proxy-header.ts';
import { checkClientFactory } from '../protocol/role.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { ReactorView } from '../protocol/views.ts';
import type { Backend } from '../seam/backend.ts';
import type { Streams } from '../seam/streams.ts';
import type { Signal, Surroundings } from '../seam/surroundings.ts';
import {
  checkAtLeast,
  checkFlag,
  checkFunction,
  checkSignal,
  checkText,
  checkWhole,
  checkWord,
  described,
} from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import { ClientConnector } from './connector.ts';
import type { Destination } from './dial.ts';
import type { InheritedSockets } from './inherited.ts';
import { inspect } from './inspect.ts';
import { REACTOR_LIFE } from './life.ts';
import type {
  Accepting,
  AcceptOptions,
  ConnectOptions,
  ConnectUNIXOptions,
  DialOptions,
  ListenOptions,
  ListenUNIXOptions,
  PortOptions,
  RunOptions,
} from './options.ts';
import { checkOptions, DEFAULT_BACKLOG, DEFAULT_MODE } from './options.ts';
import { Ports } from './ports.ts';
import { ReactorProcesses } from './reactor-processes.ts';
import { acceptOne } from './single-port.ts';
import type { SystemEvent, Trigger, TriggerPhase } from './triggers.ts';
import { EVENTS, PHASES, Triggers } from './triggers.ts';

/** The largest backlog that listen(2) takes. */
const MOST_WAITING = 2 ** 31 - 1;
/** The largest number of a descriptor. */
const MOST_DESCRIPTORS = 2 ** 31 - 1;

const LIFE = new Machine('the reactor', 'idle', REACTOR_LIFE);

/** Why a connection ended that neither side had closed. */
const STOPPED = 'the reactor stopped';

/** The signals that stop a reactor that runs. */
const STOP_SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];
/** A signal that comes sooner after the one that began a drain is a copy: a terminal and npm both send one. */
const COPY_MS = 250;

const FAMILIES: readonly NonNullable<ConnectOptions['family']>[] = ['IPv4', 'IPv6'];

/**
 * Waits for events and calls protocols: the event loop of a program, on the network of one backend. Ports, connections and
 * timers work as soon as they are made; `run` keeps the process alive until `stop`, and then ends them all. A program usually
 * has one: `reactor` of `couplet`.
 */
export class Reactor extends ReactorProcesses {
  /** The process around the reactor, for endpoints. */
  readonly '~surroundings': Surroundings;
  /** The sockets that the process inherited, for endpoints; undefined unless `'~inherit'` was called. */
  '~inherited': InheritedSockets | undefined;
  readonly #engine: Engine;
  readonly #triggers: Triggers = new Triggers();
  readonly #ports: Ports;
  readonly #connectors: Set<ClientConnector> = new Set();
  readonly #since: number;
  /** How long connections may take to end, in milliseconds. */
  #lingerMs = 0;
  /** Resolve what `run` waits for: the stop, and then the end of the wait for triggers. */
  #shutDown: () => void = () => {};
  #hurry: () => void = () => {};
  readonly #life = LIFE.start({
    refuseRun: () => {
      throw new ReactorAlreadyRunning('the reactor is already running');
    },
    refuseStop: () => {
      throw new ReactorNotRunning('the reactor is not running');
    },
    shutDown: () => this.#shutDown(),
    hurry: () => {
      this.#lingerMs = 0;
      this.#hurry();
    },
    end: () => {
      this.#engine.epoch = undefined;
    },
    cut: () => {
      this.#lingerMs = 0;
      void this.#engine.live.end(0, STOPPED);
    },
    beginEpoch: () => {
      this.#engine.epoch = Symbol('epoch');
    },
  });

  /**
   * Makes a reactor on the network, clock and process of a backend. It does not run yet. A program that uses the runtime's own
   * network takes `reactor` of `couplet` in place of this.
   */
  constructor(backend: Backend) {
    const engine = new Engine(backend);
    super(engine, backend.name);
    this['~surroundings'] = backend.surroundings;
    this.#engine = engine;
    this.#ports = new Ports(this.#engine, this);
    this.#since = this.now();
  }

  /** Puts a table of inherited sockets before the network. Throws an `Error` if there is one already. */
  '~inherit'(make: (streams: Streams) => InheritedSockets): InheritedSockets {
    if (this['~inherited'] !== undefined) throw new Error('this reactor has a table of inherited sockets already');
    const { streams } = this.#engine;
    const sockets = make(streams);
    this['~inherited'] = sockets;
    this.#engine.streams = sockets;
    return sockets;
  }

  /** True from `run` until everything has ended after `stop`. */
  get running(): boolean {
    return this.#life.state !== 'idle';
  }

  /**
   * Listens on a TCP port, on all IPv4 interfaces unless `options.interface` names one. Resolves to the port once it accepts
   * connections; `factory`, or a function in its place, builds a protocol for each of them.
   *
   * Rejects with a `CannotListenError` if the system refuses, if the interface cannot be looked up, if the runtime cannot do what
   * `ipv6Only` or `reusePort` asks for, or if the reactor stops meanwhile; with a `RangeError` if `port`, `backlog` or another number is
   * out of range, or `ipv6Only` comes with an interface of IPv4; and with a `TypeError` if `factory`
   * is not a factory or cannot build a protocol, or if an option is of the wrong type. Nothing is left open then, and a factory
   * that was started has been stopped.
   *
   * @param port 0 to 65,535; 0 picks a free port, which `getHost()` of the result tells.
   */
  async listenTCP(
    port: number,
    factory: Factory | BuildFunction,
    options: ListenOptions = {},
  ): Promise<ListeningPort<IPv4Address | IPv6Address>> {
    checkWhole('port', port, 0, 65_535);
    const built = factoryFrom(factory);
    checkOptions(options);
    const { interface: name = '0.0.0.0', backlog = DEFAULT_BACKLOG, ipv6Only = false, reusePort = false } = options;
    checkText('interface', name, '127.0.0.1');
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    checkFlag('ipv6Only', ipv6Only);
    checkFlag('reusePort', reusePort);
    if (ipv6Only && familyOf(name) === 'IPv4')
      throw new RangeError(`ipv6Only is true, and interface '${name}' is not on IPv6: write interface: '::'`);
    const place = { port, backlog, ...(ipv6Only && { ipv6Only }), ...(reusePort && { reusePort }) };
    const opened = await this.#ports.openTCP(name, place, built, options);
    if (isTCP(opened)) return opened;
    throw new TypeError(`the backend opened ${opened.getHost()}, which is not on TCP`);
  }

  /**
   * Listens on a UNIX socket. Resolves to the port once it accepts connections; `factory` builds a protocol for each of them.
   * The socket's file is removed when the port stops. A file that is left over from a process that has ended is replaced.
   *
   * Rejects with a `CannotListenError` if the system refuses, if the path is in use, empty or contains a NUL byte, or if the
   * reactor stops meanwhile; with a `RangeError` if `mode`, `backlog` or another number is out of range; and with a `TypeError` if `factory` is not a factory or cannot build a protocol, or if an option is of the wrong type. Nothing is
   * left open then, and a factory that was started has been stopped.
   *
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front makes the name abstract (unix(7)).
   */
  async listenUNIX(
    path: string,
    factory: Factory | BuildFunction,
    options: ListenUNIXOptions = {},
  ): Promise<ListeningPort> {
    checkText('path', path, '/run/echo.sock');
    const flaw = flawOf(path);
    if (flaw !== undefined) throw new CannotListenError(described(path), undefined, flaw);
    checkOptions(options);
    const { mode = DEFAULT_MODE, backlog = DEFAULT_BACKLOG } = options;
    checkWhole('mode', mode, 0, 0o777);
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this.#ports.open(path, { kind: 'unix', path, mode, backlog }, factory, options);
  }

  /**
   * Listens on a descriptor that the process inherited, of a bound TCP or UNIX socket. Resolves to the port once it accepts
   * connections; `factory` builds a protocol for each of them. The port owns the descriptor from then on, and closes it, unless
   * it is in a table of `inheritSockets` (`couplet/endpoints`).
   *
   * Rejects with a `CannotListenError` if the descriptor is not such a socket, if this process already uses it, or if the
   * reactor stops meanwhile; with a `RangeError` if `fd`, `backlog` or another number is out of range; and with a `TypeError`
   * if `factory` is not a factory or cannot build a protocol, or if an option is of the wrong type. A factory that was started
   * has been stopped then.
   *
   * @param fd The number of the descriptor, 0 or more; a service manager passes the first one as 3.
   */
  async adoptStreamPort(
    fd: number,
    factory: Factory | BuildFunction,
    options: PortOptions = {},
  ): Promise<ListeningPort> {
    checkWhole('fd', fd, 0, MOST_DESCRIPTORS);
    checkOptions(options);
    const { backlog = DEFAULT_BACKLOG } = options;
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this.#ports.open(`descriptor ${fd}`, { kind: 'fd', fd, backlog }, factory, options);
  }

  /**
   * Serves standard input and output as one connection, once in a process. Resolves to a port, which stops by itself when that
   * connection is closed. Nothing else may be printed on standard output, `console.log` included.
   *
   * Rejects with a `CannotListenError` if this process has already used them, if the system refuses, or if the reactor stops
   * meanwhile; with a `RangeError` if a number of the options is out of range; and with a `TypeError` if `factory` is not a
   * factory or cannot build a protocol, or if an option is of the wrong type.
   */
  async listenStdio(factory: Factory | BuildFunction, options: ConnectionOptions = {}): Promise<ListeningPort> {
    checkOptions(options);
    return this.#ports.open('stdio', { kind: 'stdio' }, factory, options);
  }

  /**
   * Listens on a free TCP port for one connection, which `protocol` serves, and closes the port when that has come: for protocols that
   * announce a port to their peer, such as FTP. Resolves to the number of the port and the promise of the connection, once it accepts.
   *
   * Rejects with a `CannotListenError` if the system refuses or the reactor stops meanwhile, with a `UserAbortError` if the signal is
   * aborted already, with a `RangeError` if `from` is not an IP address or network or a number is out of range, and with a `TypeError` if
   * `protocol` is not a protocol or an option is of the wrong type. Nothing is left open then.
   */
  async acceptOne<P extends ProtocolUnder<Factory>>(protocol: P, options: AcceptOptions = {}): Promise<Accepting<P>> {
    checkOptions(options, 'timeoutMs: 10_000');
    return acceptOne(this, protocol, options);
  }

  /**
   * Connects to a TCP port. Returns the connector at once; its `whenConnected` and the methods of `factory` tell the outcome,
   * after this has returned. If the host has several addresses, they are tried in turn without waiting for one that is slow,
   * and the first to answer wins (RFC 8305).
   *
   * Throws a `RangeError` if `port`, `bindPort` or another number is out of range, if `bindAddress` is not an IP address, or if
   * `host` is an IP address of another family than `family`; and a `TypeError` if `factory` is not a client factory or an
   * option is of the wrong type. If the factory cannot build a protocol once it has started, that is reported, and the attempt
   * fails with a `TypeError`.
   *
   * @param host A host name or an IP literal without brackets.
   * @param port 1 to 65,535.
   */
  connectTCP<F extends ClientFactory>(
    host: string,
    port: number,
    factory: F,
    options: ConnectOptions = {},
  ): Connector<BuiltBy<F>> {
    checkText('host', host, 'localhost');
    checkWhole('port', port, 1, 65_535);
    checkOptions(options);
    const { family, bindAddress: localHost, bindPort: localPort, queueLookup } = options;
    if (family !== undefined) checkWord('family', family, FAMILIES);
    if (localHost !== undefined) checkText('bindAddress', localHost, '127.0.0.1');
    if (family !== undefined && (familyOf(host) ?? family) !== family)
      throw new RangeError(`host '${host}' is not an ${family} address`);
    if (localHost !== undefined && familyOf(localHost) === undefined)
      throw new RangeError(`bindAddress '${localHost}' is not an IP address`);
    checkWhole('bindPort', localPort ?? 0, 0, 65_535);
    return this.connectTo({ kind: 'tcp', host, port, family, localHost, localPort, queueLookup }, factory, options);
  }

  /**
   * Connects to a UNIX socket. Returns the connector at once; its `whenConnected` and the methods of `factory` tell the outcome,
   * after this has returned. While the backlog of the listener is full, it is asked again until `timeoutMs` is over.
   *
   * Throws a `RangeError` if `path` is empty or contains a NUL byte, or if a number of the options is out of range; and a
   * `TypeError` if `factory` is not a client factory, if an option is of the wrong type, or if `tls` verifies a certificate and
   * has no `serverName`. If the factory cannot build a protocol once it has started, that is reported, and the attempt fails
   * with a `TypeError`.
   *
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front marks an abstract name (unix(7)).
   */
  connectUNIX<F extends ClientFactory>(
    path: string,
    factory: F,
    options: ConnectUNIXOptions = {},
  ): Connector<BuiltBy<F>> {
    checkText('path', path, '/run/echo.sock');
    const flaw = flawOf(path);
    if (flaw !== undefined) throw new RangeError(`path is ${described(path)}: ${flaw}`);
    checkOptions(options);
    return this.connectTo({ kind: 'unix', path }, factory, options);
  }

  /**
   * Connects to the process at the other end of standard input and output, once in a process. Returns the connector at once;
   * its `whenConnected` and the methods of `factory` tell the outcome, after this has returned. Nothing else may be printed on
   * standard output, `console.log` included.
   *
   * Throws a `RangeError` if a number of the options is out of range, and a `TypeError` if `factory` is not a client factory
   * or an option is of the wrong type. If the factory cannot build a protocol once it has started, that is reported, and the
   * attempt fails with a `TypeError`.
   */
  connectStdio<F extends ClientFactory>(factory: F, options: DialOptions = {}): Connector<BuiltBy<F>> {
    checkOptions(options);
    return this.connectTo({ kind: 'stdio' }, factory, options);
  }

  /**
   * Keeps the process alive, even with nothing open, and resolves after `stop`, when everything that the reactor had has ended:
   * ports, connections, timers and signal handlers. The reactor can run again then. SIGINT and SIGTERM stop it, unless `signals`
   * is false; a second signal ends the wait for triggers and connections. With `drainTimeoutMs` the first one drains its ports
   * before: while they drain, timers, attempts and clients go on, and a port cannot be opened (`CannotListenError`).
   *
   * Rejects with `ReactorAlreadyRunning` if it is already running, and with a `RangeError` if `stopLingerMs` or `drainTimeoutMs`
   * is not a number of at least 0.
   */
  async run(options: RunOptions = {}): Promise<void> {
    checkOptions(options, 'drainTimeoutMs: 25_000');
    const { signals = true, stopLingerMs = 1000, drainTimeoutMs = 0, releaseIPC = false } = options;
    checkAtLeast('stopLingerMs', stopLingerMs, 0);
    checkAtLeast('drainTimeoutMs', drainTimeoutMs, 0);
    this.#life.run();
    this.#engine.timers.hold(true);
    this.#lingerMs = stopLingerMs;
    const stopped = new Promise<void>((resolve) => {
      this.#shutDown = resolve;
    });
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const release = signals ? this['~surroundings'].catchSignals(STOP_SIGNALS, this.#heed(drainTimeoutMs)) : () => {};
    for (const phase of PHASES) this.#fire(phase, 'startup');
    await stopped;
    await Promise.race([Promise.all(this.#fire('before', 'shutdown')), hurried]);
    this.#life.ready();
    this.#fire('during', 'shutdown');
    await this.#endAll();
    this.#life.ended();
    this.#fire('after', 'shutdown');
    // What these triggers began and cancelled ends in turns of its own.
    await this.#turn();
    this.#life.over();
    this.#engine.waits.end();
    this.#engine.timers.clear();
    this.#engine.timers.hold(false);
    release();
    if (releaseIPC) this['~surroundings'].releaseIPC?.();
  }

  /**
   * Stops the reactor, so that `run` resolves. First the triggers before shutdown run, then every port stops, and every attempt
   * and connection ends. A connection sends what is unsent, ends its output and waits for the peer to close, for at most
   * `stopLingerMs` of `run`; if bytes are unsent then, it is reset. A connection with a registered producer is reset at once. A
   * protocol that had not called `loseConnection` gets `ConnectionAborted` as the reason.
   *
   * While the ports drain this ends the drain; it does nothing while the reactor is stopping. Throws `ReactorNotRunning` if it is
   * not running.
   */
  stop(): void {
    this.#life.stop();
  }

  /**
   * Calls `call(...args)` once, as soon as the reactor runs: before this returns if it does already. What `call` throws is
   * reported to the observers. Throws a `TypeError` if `call` is not a function.
   */
  callWhenRunning<A extends unknown[]>(call: (...args: A) => unknown, ...args: A): void {
    checkFunction('call', call, 'a function');
    if (this.#life.state !== 'idle') {
      this.#engine.guard('callWhenRunning', titleOf(call), () => call(...args));
      return;
    }
    const trigger = this.addSystemEventTrigger('after', 'startup', () => {
      this.removeSystemEventTrigger(trigger);
      return call(...args);
    });
  }

  /**
   * Calls `call(...args)` each time the reactor starts or stops. Returns the trigger, for `removeSystemEventTrigger`. If triggers
   * before shutdown return promises, the shutdown waits for these; no other promises are waited for. If a trigger fails, that is
   * reported to the observers, and the others still run. Throws a `TypeError` if `phase` or `event` is another word, or if `call`
   * is not a function.
   *
   * @param phase When it runs: `before`, `during` or `after` the event; triggers of a phase run in the order of being added.
   * @param event `startup`, when `run` begins, or `shutdown`, after `stop`.
   */
  addSystemEventTrigger<A extends unknown[]>(
    phase: TriggerPhase,
    event: SystemEvent,
    call: (...args: A) => unknown,
    ...args: A
  ): Trigger {
    checkWord('phase', phase, PHASES);
    checkWord('event', event, EVENTS);
    checkFunction('call', call, 'a function');
    // A trigger before it in the same phase may have removed it.
    const trigger = this.#triggers.add(phase, event, () => (this.#triggers.has(trigger) ? call(...args) : undefined));
    return trigger;
  }

  /** Removes a trigger, so that it does not run any more. Throws an `Error` if it was not added, or was already removed. */
  removeSystemEventTrigger(trigger: Trigger): void {
    this.#triggers.remove(trigger);
  }

  /**
   * Adds an observer, which is notified of errors, ports, connections, attempts and slow callbacks until the returned function is
   * called. What it throws is printed on standard error. Throws a `TypeError` if it is not an object or a method of it is not a
   * function, and a `RangeError` if `slowCallbackMs` is not a number of at least 0.
   */
  observe(observer: Observer, options: ObserveOptions = {}): () => void {
    checkObserver(observer);
    checkOptions(options, 'slowCallbackMs: 50');
    if (options.slowCallbackMs !== undefined) checkAtLeast('slowCallbackMs', options.slowCallbackMs, 0);
    return this.#engine.observe(observer, options);
  }

  /**
   * Returns a view of the reactor: its totals, and its ports, connectors, connections and timers as they are when they are iterated
   * over. To look changes nothing, and what happened before is counted: nothing has to be switched on first.
   */
  inspect(): ReactorView {
    return inspect(this.#engine, this.#ports, this.#connectors, {
      runtime: this.runtime,
      since: this.#since,
      running: this.running,
    });
  }

  protected override connectTo<F extends ClientFactory>(
    target: Destination,
    factory: F,
    options: DialOptions,
  ): Connector<BuiltBy<F>> {
    const { timeoutMs = 30_000, signal, tls, proxyHeader } = options;
    checkClientFactory(factory);
    if (tls !== undefined) checkTLS(tls, 'client');
    if (proxyHeader !== undefined) checkProxyHeader(proxyHeader);
    checkSignal(signal);
    checkAtLeast('timeoutMs', timeoutMs, 0);
    if (target.kind === 'unix' && tls?.settings.verify === true && tls.serverName === undefined)
      throw new TypeError(`tls over ${target.path} has no serverName to verify the certificate for`);
    const bounds = boundsOf(options);
    const attempts = { timeoutMs, preamble: { tls, proxyHeader }, signal };
    const connector = new ClientConnector(this.#engine, this, target, factory, bounds, attempts, this.#connectors);
    connector.connect();
    // The connector passes on what the factory builds; the factory's class says of what type that is.
    return connector as Connector<unknown> as Connector<BuiltBy<F>>;
  }

  /** Runs the triggers of a phase; the promises never reject. */
  #fire(phase: TriggerPhase, event: SystemEvent): Promise<void>[] {
    return this.#triggers.of(phase, event).map(async (run) => {
      try {
        await awaited(run());
      } catch (error) {
        this.#engine.report({ who: 'a trigger', where: `${phase} ${event}`, error });
      }
    });
  }

  /** Returns what is called for each signal: the first one drains the ports, if there is a time for that. */
  #heed(drainTimeoutMs: number): () => void {
    let drained = Number.NEGATIVE_INFINITY;
    return () => {
      if (drainTimeoutMs > 0 && this.#life.state === 'running') {
        drained = this.now();
        this.#life.drain();
        const options = { timeoutMs: drainTimeoutMs, stopLingerMs: this.#lingerMs };
        void this.#ports.drain(options).then(() => this.#life.drained());
      } else if (this.now() - drained >= COPY_MS) {
        // It drains, or has drained: then this is ignored.
        if (drained > Number.NEGATIVE_INFINITY) this.#life.stop();
        this.#life.signal();
      }
    };
  }

  /** Ends ports, attempts and connections. A second signal may shorten the linger of connections until they are asked to end. */
  async #endAll(): Promise<void> {
    await this.#ports.close();
    for (const connector of this.#connectors) if (connector.state === 'connecting') connector.stopConnecting();
    await this.#engine.live.end(this.#lingerMs, STOPPED);
    // A cancelled attempt tells its factory in a run of its own.
    await this.#turn();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#engine.yield(resolve));
  }
}

/** Why no UNIX socket can have a path; undefined if one can. A NUL in front marks an abstract name of Linux (unix(7)). */
function flawOf(path: string): string | undefined {
  if (path === '') return 'it is empty, not a path such as /run/echo.sock';
  return !path.startsWith('\0') && path.includes('\0') ? 'it contains a NUL byte' : undefined;
}
