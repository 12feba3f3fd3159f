import type { IPv4Address, IPv6Address } from '../address/address.ts';
import { familyOf } from '../address/literal.ts';
import { Engine } from '../engine/engine.ts';
import { titleOf } from '../engine/report.ts';
import { Machine } from '../machine/machine.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { ReactorAlreadyRunning, ReactorNotRunning } from '../protocol/errors.ts';
import type { BuiltBy, Factory } from '../protocol/factory.ts';
import type { Observer } from '../protocol/observer.ts';
import { checkObserver } from '../protocol/observer.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import { boundsOf } from '../protocol/options.ts';
import { isTCP, type ListeningPort } from '../protocol/port.ts';
import { checkProxyHeader } from '../protocol/proxy-header.ts';
import { checkClientFactory, checkFactory } from '../protocol/role.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { Backend } from '../seam/backend.ts';
import type { Signal, Surroundings } from '../seam/surroundings.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import {
  checkAtLeast,
  checkFunction,
  checkText,
  checkWhole,
  checkWord,
  described,
  hasMethods,
} from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { awaited } from '../values/thenable.ts';
import { ClientConnector } from './connector.ts';
import type { Destination } from './dial.ts';
import { REACTOR_LIFE } from './life.ts';
import type {
  ConnectOptions,
  ConnectUNIXOptions,
  DialOptions,
  ListenOptions,
  ListenUNIXOptions,
  PortOptions,
  RunOptions,
} from './options.ts';
import { checkOptions } from './options.ts';
import { Ports } from './ports.ts';
import type { SystemEvent, Trigger, TriggerPhase } from './triggers.ts';
import { EVENTS, PHASES, Triggers } from './triggers.ts';

/** How many connections may wait to be accepted: enough for a storm not to fall into the one-second retries of TCP. */
const BACKLOG = 4096;
/** The largest backlog that listen(2) takes. */
const MOST_WAITING = 2 ** 31 - 1;
/** The largest number that a descriptor has. */
const MOST_DESCRIPTORS = 2 ** 31 - 1;

const LIFE = new Machine('the reactor', 'idle', REACTOR_LIFE);

/** What ends a program from outside. */
const STOP_SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];

const FAMILIES: readonly NonNullable<ConnectOptions['family']>[] = ['IPv4', 'IPv6'];

/**
 * Waits for events and calls protocols: the one loop of a program, on the network of one backend. Ports, connections and
 * timers work as soon as they are made; `run` keeps the process alive until `stop`, and then ends them all.
 */
export class Reactor implements Clock {
  /** The process around it: for endpoints. */
  readonly '~surroundings': Surroundings;
  readonly #engine: Engine;
  readonly #triggers: Triggers = new Triggers();
  readonly #ports: Ports;
  readonly #connectors: Set<Connector> = new Set();
  /** How long connections may take to end. */
  #lingerMs = 0;
  /** What `run` waits for comes: the stop, and then an end of the wait for triggers. */
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
      this.#engine.cutAll();
    },
    beginEpoch: () => {
      this.#engine.epoch = Symbol('epoch');
    },
  });

  constructor(backend: Backend) {
    this['~surroundings'] = backend.surroundings;
    this.#engine = new Engine(backend);
    this.#ports = new Ports(this.#engine, this);
  }

  /** True from `run` until everything has ended after `stop`. */
  get running(): boolean {
    return this.#life.state !== 'idle';
  }

  now(): number {
    return this.#engine.now();
  }

  wallClock(): number {
    return this.#engine.wallClock();
  }

  random(): number {
    return this.#engine.random();
  }

  /** Tells the observers of an error, or prints it, as what a callback throws. */
  report(report: ErrorReport): void {
    this.#engine.report(report);
  }

  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    return this.#engine.callLater(delayMs, call, ...args);
  }

  /**
   * Listens on a TCP port; 0 picks a free one, which `getHost()` tells. Rejects with a `CannotListenError` when that is
   * impossible, with a `RangeError` if the port, the backlog or a bound is out of range, and with a `TypeError` if `factory` is
   * not a factory, or has nothing to build when it has started.
   */
  async listenTCP(
    port: number,
    factory: Factory,
    options: ListenOptions = {},
  ): Promise<ListeningPort<IPv4Address | IPv6Address>> {
    checkWhole('port', port, 0, 65_535);
    checkFactory(factory);
    checkOptions(options);
    const { interface: name = '0.0.0.0', backlog = BACKLOG } = options;
    checkText('interface', name, '127.0.0.1');
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    const opened = await this.#ports.openTCP(name, { port, backlog }, factory, options);
    if (isTCP(opened)) return opened;
    throw new TypeError(`the backend opened ${opened.getHost()}, which is not on TCP`);
  }

  /** Listens on a UNIX socket. Rejects like `listenTCP`. */
  async listenUNIX(path: string, factory: Factory, options: ListenUNIXOptions = {}): Promise<ListeningPort> {
    checkPath(path);
    checkOptions(options);
    const { mode = 0o660, backlog = BACKLOG } = options;
    checkWhole('mode', mode, 0, 0o777);
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this.#ports.open(path, { kind: 'unix', path, mode, backlog }, factory, options);
  }

  /**
   * Listens on a descriptor that the process inherited, of a TCP or UNIX socket that is bound; it belongs to the port from
   * then on. Rejects like `listenTCP`.
   */
  async adoptStreamPort(fd: number, factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    checkWhole('fd', fd, 0, MOST_DESCRIPTORS);
    checkOptions(options);
    const { backlog = BACKLOG } = options;
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this.#ports.open(`descriptor ${fd}`, { kind: 'fd', fd, backlog }, factory, options);
  }

  /**
   * Serves standard input and output as one connection, once in a process. The port stops by itself when that connection is
   * gone. Nothing else may be printed on standard output, `console.log` included. Rejects like `listenTCP`.
   */
  async listenStdio(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    checkOptions(options);
    return this.#ports.open('stdio', { kind: 'stdio' }, factory, options);
  }

  /**
   * Connects to a TCP port; of several addresses of a host, whichever answers first (RFC 8305). How it goes comes later:
   * the factory hears of it. Throws a `RangeError` if the port or a bound is out of range, if `bindAddress` is not an IP
   * address, and if `host` is an IP address of another family than `family`; a `TypeError` if `factory` is not a client factory.
   * One that has nothing to build when it has started is reported, and the attempt fails with a `TypeError`.
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
    return this.#connect({ kind: 'tcp', host, port, family, localHost, localPort, queueLookup }, factory, options);
  }

  /** Connects to a UNIX socket, like `connectTCP`. A listener whose backlog is full is asked again until the attempt's time is up. */
  connectUNIX<F extends ClientFactory>(
    path: string,
    factory: F,
    options: ConnectUNIXOptions = {},
  ): Connector<BuiltBy<F>> {
    checkPath(path);
    checkOptions(options);
    return this.#connect({ kind: 'unix', path }, factory, options);
  }

  /** Connects to whoever is at the other end of standard input and output, once in a process, like `connectTCP`. */
  connectStdio<F extends ClientFactory>(factory: F, options: DialOptions = {}): Connector<BuiltBy<F>> {
    checkOptions(options);
    return this.#connect({ kind: 'stdio' }, factory, options);
  }

  /**
   * Keeps the process alive, with nothing open too, and resolves after `stop`, when all that the reactor had is gone: ports,
   * connections, timers, signal handlers. SIGINT and SIGTERM stop it; a second one ends what it waits for. Rejects with
   * `ReactorAlreadyRunning`, and with a `RangeError` for a `stopLingerMs` that is not a number of at least 0.
   */
  async run({ signals = true, stopLingerMs = 1000 }: RunOptions = {}): Promise<void> {
    checkAtLeast('stopLingerMs', stopLingerMs, 0);
    this.#life.run();
    this.#engine.timers.hold(true);
    this.#lingerMs = stopLingerMs;
    const stopped = new Promise<void>((resolve) => {
      this.#shutDown = resolve;
    });
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const release = signals ? this['~surroundings'].catchSignals(STOP_SIGNALS, () => this.#life.signal()) : () => {};
    for (const phase of PHASES) this.#fire(phase, 'startup');
    await stopped;
    await Promise.race([Promise.all(this.#fire('before', 'shutdown')), hurried]);
    this.#life.ready();
    this.#fire('during', 'shutdown');
    await this.#endAll();
    this.#life.ended();
    this.#fire('after', 'shutdown');
    // What these began, and what was cancelled at once, ends in runs of their own.
    await this.#turn();
    this.#life.over();
    this.#engine.timers.clear();
    this.#engine.timers.hold(false);
    release();
  }

  /**
   * Ends `run`: first the triggers before shutdown, then every port, attempt and connection. Connections send what is unsent,
   * end their output and wait for the peer to close, for at most `stopLingerMs` of `run`; what is unsent then is reset, and so,
   * at once, is one with a registered producer. Protocols that had not left themselves get `ConnectionAborted`. Does nothing
   * when it is stopping already, throws `ReactorNotRunning` when it does not run.
   */
  stop(): void {
    this.#life.stop();
  }

  /** Calls `call(...args)` once, when the reactor runs: now if it does. Throws a `TypeError` if `call` is not a function. */
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
   * Has `call(...args)` run before, during or after the reactor starts or stops, each time that it does. Only shutdown waits, and
   * only for promises of the triggers before it. A trigger that fails is reported, and the others still run. Throws a
   * `TypeError` for another phase or event, and if `call` is not a function.
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
    // A trigger before it in the same phase may have taken it back.
    const trigger = this.#triggers.add(phase, event, () => (this.#triggers.has(trigger) ? call(...args) : undefined));
    return trigger;
  }

  /** Takes a trigger back: unless its turn has come already, it does not run. Throws an `Error` when it is not there. */
  removeSystemEventTrigger(trigger: Trigger): void {
    this.#triggers.remove(trigger);
  }

  /** Tells the observer of what happens, until the returned function is called. Throws a `TypeError` if it is not an object. */
  observe(observer: Observer): () => void {
    checkObserver(observer);
    return this.#engine.observe(observer);
  }

  #connect<F extends ClientFactory>(target: Destination, factory: F, options: DialOptions): Connector<BuiltBy<F>> {
    const { timeoutMs = 30_000, signal, tls, proxyHeader } = options;
    checkClientFactory(factory);
    if (tls !== undefined) checkTLS(tls, 'client');
    if (proxyHeader !== undefined) checkProxyHeader(proxyHeader);
    if (signal !== undefined && !hasMethods(signal, ['addEventListener']))
      throw new TypeError(`signal is ${described(signal)}, not an AbortSignal`);
    checkAtLeast('timeoutMs', timeoutMs, 0);
    if (target.kind === 'unix' && tls?.settings.verify === true && tls.serverName === undefined)
      throw new TypeError(`tls over ${target.path} has no serverName to verify the certificate for`);
    const bounds = boundsOf(options);
    const attempts = { timeoutMs, preamble: { tls, proxyHeader }, signal };
    const connector = new ClientConnector(this.#engine, this, target, factory, bounds, attempts, this.#connectors);
    connector.connect();
    // The connector hands on what the factory builds; its type is what the factory's class says.
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

  /** Ends ports, attempts and connections. A second signal may shorten the time of these until they are asked to leave. */
  async #endAll(): Promise<void> {
    await this.#ports.close();
    for (const connector of this.#connectors) if (connector.state === 'connecting') connector.stopConnecting();
    await this.#engine.quitAll(this.#lingerMs);
    // A cancelled attempt tells its factory in a run of its own.
    await this.#turn();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#engine.yield(resolve));
  }
}

/** Throws unless that is a path a UNIX socket can have. A NUL in front marks an abstract name of Linux (unix(7)). */
function checkPath(path: string): void {
  checkText('path', path, '/run/echo.sock');
  if (path === '') throw new RangeError("path is empty, not a path such as '/run/echo.sock'");
  if (!path.startsWith('\0') && path.includes('\0'))
    throw new RangeError(`path is ${described(path)}, which contains a NUL byte`);
}
