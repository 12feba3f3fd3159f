import { Engine } from '../engine/engine.ts';
import { titleOf } from '../engine/report.ts';
import { Machine } from '../machine/machine.ts';
import { ReactorAlreadyRunning, ReactorNotRunning } from '../protocol/errors.ts';
import type { ObserveOptions, Observer } from '../protocol/observer.ts';
import { checkObserveOptions, checkObserver } from '../protocol/observer.ts';
import type { ReactorView } from '../protocol/views.ts';
import type { Backend } from '../seam/backend.ts';
import type { Streams } from '../seam/streams.ts';
import type { Signal, Surroundings } from '../seam/surroundings.ts';
import { checkAtLeast, checkFunction, checkWord } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import type { InheritedSockets } from './inherited.ts';
import { inspect } from './inspect.ts';
import { REACTOR_LIFE } from './life.ts';
import type { RunOptions } from './options.ts';
import { checkOptions } from './options.ts';
import { ReactorProcesses } from './reactor-processes.ts';
import type { SystemEvent, Trigger, TriggerPhase } from './triggers.ts';
import { EVENTS, PHASES, Triggers } from './triggers.ts';

const LIFE = new Machine('the reactor', 'idle', REACTOR_LIFE);

/** Why a connection ended that neither side had closed. */
const STOPPED = 'the reactor stopped';

/** The signals that stop a reactor that runs. */
const STOP_SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];
/** A signal that comes sooner after the one that began a drain is a copy: a terminal and npm both send one. */
const COPY_MS = 250;

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
  readonly #backend: Backend;
  readonly #engine: Engine;
  readonly #triggers: Triggers = new Triggers();
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
    this.#backend = backend;
    this.#engine = engine;
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
   * Adds an observer, which is notified of errors, ports, connections, attempts, callbacks and chunks until the returned function is
   * called. What it throws is printed on standard error. Throws a `TypeError` if it is not an object, a method of it is not a function,
   * `takesErrors` is not a boolean or `bytesOf` not a `Set`, and a `RangeError` if `slowCallbackMs` is not a number of at least 0.
   */
  observe(observer: Observer, options: ObserveOptions = {}): () => void {
    checkObserver(observer);
    checkOptions(options, 'slowCallbackMs: 50');
    checkObserveOptions(options);
    return this.#engine.observe(observer, options);
  }

  /**
   * Returns a view of the reactor: its totals, and its ports, connectors, connections and timers as they are when they are iterated
   * over. To look changes nothing, and what happened before is counted: nothing has to be switched on first.
   */
  inspect(): ReactorView {
    return inspect(this.#engine, this['~ports'], this['~connectors'], {
      runtime: this['~runtime'],
      since: this.#since,
      running: this.running,
      processes: () => this['~processes'](),
    });
  }

  /**
   * Returns a new reactor on the same network, clock and process. The two know nothing of each other: neither shows, counts or stops what
   * the other has. It is for what looks after a program and is not part of it, such as the server of an inspector. Throws an `Error` if
   * the backend offers none.
   */
  sibling(): Reactor {
    const { name, sibling } = this.#backend;
    if (sibling === undefined) throw new Error(`the backend '${name}' has no sibling for another reactor`);
    return new Reactor(sibling());
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
        void this['~ports'].drain(options).then(() => this.#life.drained());
      } else if (this.now() - drained >= COPY_MS) {
        // It drains, or has drained: then this is ignored.
        if (drained > Number.NEGATIVE_INFINITY) this.#life.stop();
        this.#life.signal();
      }
    };
  }

  /** Ends ports, attempts and connections. A second signal may shorten the linger of connections until they are asked to end. */
  async #endAll(): Promise<void> {
    await this['~ports'].close();
    for (const connector of this['~connectors']) if (connector.state === 'connecting') connector.stopConnecting();
    await this.#engine.live.end(this.#lingerMs, STOPPED);
    // A cancelled attempt tells its factory in a run of its own.
    await this.#turn();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#engine.yield(resolve));
  }
}
