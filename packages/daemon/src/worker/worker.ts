import type { DelayedCall, Reactor } from 'couplet';
import type { SocketTable } from 'couplet/endpoints';
import { inheritSockets } from 'couplet/endpoints';
import { ServiceError } from '../application/service-error.ts';
import { SettingsError } from '../configuration/settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { openFleet } from '../fleet/fleet.ts';
import type { DescribeOrder, Failure, Order, Report, StartOrder } from '../ipc/messages.ts';
import type { Destination } from '../log/destination.ts';
import type { Log } from '../log/log.ts';
import { reopenLog } from '../log/open-log.ts';
import { Meter } from '../metrics/meter.ts';
import { messageOf } from '../values/error-words.ts';
import { CommandError, EXIT, type ExitStatus } from '../values/exit-status.ts';
import { refusedStatus } from '../values/refusal.ts';
import { describeProgram } from './describe.ts';
import { Host } from './host.ts';
import { loadInspector } from './inspector-module.ts';
import { loadApplication } from './load.ts';
import { placeIn } from './place-in.ts';
import { Views } from './views.ts';

/** Where a worker writes its log. */
export interface WorkerLog {
  readonly log: Log;
  readonly destination: Pick<Destination, 'reopen' | 'droppedLines'>;
}

/** What a worker is to the process around it. */
export interface WorkerSurroundings {
  /** The reactor of the process, which runs. */
  readonly reactor: Reactor;
  /** Tells the supervisor; what cannot be told is lost. */
  send(report: Report): void;
  /** Whether much waits to be told. */
  full(): boolean;
  /** Whether the sockets were bound by another process. */
  readonly inherits: boolean;
  /** Becomes the one that imports the application; throws a `CommandError`. */
  become(order: DescribeOrder): void;
  openLog(order: StartOrder): WorkerLog;
  /** The worker has done: the process is to end with that status. */
  end(status: ExitStatus): void;
}

/** How long a drain that gets less time by a later order may take to end what is left. */
const CUT_MS = 250;
/** How often a worker says that it is alive, in milliseconds; more often if it may not be silent for long. */
const HEARTBEAT_MS = 2000;
const HEARTBEATS = 3;

/** How much longer than its drain and its stop a worker lives whose supervisor has ended, in milliseconds. */
const LAST_MS = 1000;

/** Carries out the orders of a supervisor in this process: describes an application, or runs services of it until it is told to end. */
export class Worker {
  readonly #around: WorkerSurroundings;
  #order: StartOrder | undefined;
  #fleet: Fleet | undefined;
  #host: Host | undefined;
  #meter: Meter | undefined;
  #views: Views | undefined;
  #log: WorkerLog | undefined;
  #table: SocketTable | undefined;
  #heartbeat: DelayedCall | undefined;
  #ending = false;
  #ended = false;
  /** Ends what a drain has left, when its time is up. */
  #cut: DelayedCall | undefined;
  /** Goes on without the services that have not drained then. */
  #cutShort: () => void = () => {};

  constructor(around: WorkerSurroundings) {
    this.#around = around;
  }

  /** Carries out an order. */
  order(order: Order): void {
    switch (order.kind) {
      case 'describe':
        void this.#describe(order);
        break;
      case 'start':
        void this.#start(order);
        break;
      case 'lead':
        void this.#host?.deployment
          .lead(order.leads)
          .then(() => this.#around.send({ kind: 'led', leads: order.leads }));
        break;
      case 'drain':
        void this.#leave(order.timeoutMs, order.stopTimeoutMs);
        break;
      case 'abort':
        this.abort();
        break;
      case 'reopen':
        if (this.#log !== undefined) reopenLog(this.#log.log, this.#log.destination);
        break;
      case 'certificates':
        void this.#reloadCertificates(order.id);
        break;
      case 'frame':
        void this.#frame(order);
        break;
      case 'unwatch':
        this.#views?.unwatch(order.viewer);
        break;
      case 'count':
        void this.#meter?.survey().then((counters) => this.#around.send({ kind: 'counted', id: order.id, counters }));
        break;
      default:
        this.#fleet?.order(order);
    }
  }

  /** The supervisor has ended: no one would replace this process, so it drains and ends. */
  lost(): void {
    this.#fleet?.lost();
    const options = this.#order?.options;
    if (options === undefined || this.#host === undefined) {
      this.#end(EXIT.done);
      return;
    }
    const { drainTimeoutMs, stopTimeoutMs } = options;
    void this.#leave(drainTimeoutMs, stopTimeoutMs);
    // Nothing else would end what does not end by itself.
    this.#around.reactor.callLater(drainTimeoutMs + stopTimeoutMs + LAST_MS, () => this.#end(EXIT.done));
  }

  /** This process was told by a signal to end: the supervisor sees to it. */
  leave(): void {
    this.#around.send({ kind: 'leaving' });
  }

  /** Ends all connections and the process at once. */
  abort(): void {
    this.#host?.deployment.abortConnections();
    this.#end(EXIT.done);
  }

  /** Something has thrown that no callback of the engine is responsible for: the process cannot go on. */
  crash(error: unknown): void {
    const place = placeIn(error);
    const failure = { line: `${place === undefined ? '' : `${place}: `}${messageOf(error)}`, status: EXIT.software };
    this.#log?.log.fatal({ event: 'worker.crashed', err: error }, failure.line);
    this.#fail(failure, failure.status);
  }

  async #describe(order: DescribeOrder): Promise<void> {
    try {
      this.#around.become(order);
      this.#around.send({ kind: 'described', description: await describeProgram(order) });
      this.#end(EXIT.done);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #start(order: StartOrder): Promise<void> {
    const { reactor, send, full, inherits, openLog } = this.#around;
    this.#order = order;
    try {
      const { options, name, slot, generation, services } = order;
      const written = openLog(order);
      const { log, destination } = written;
      this.#log = written;
      if (inherits) this.#table = inheritSockets(reactor, order.sockets);
      // What happens before someone looks is kept as well. A supervisor in this process looks by itself.
      if (inherits && options.inspect !== 'off') this.#views = new Views((await loadInspector()).frames(reactor));
      const loaded = await loadApplication(order.program, order.settings);
      const { ledger: url, whenAway, accessLog } = options;
      const fleet = await openFleet({ name, clock: reactor, log, url, tell: inherits ? send : undefined, full });
      this.#fleet = fleet;
      const leads = !inherits;
      const host = new Host(loaded, { reactor, log, fleet, services, whenAway, accessLog, slot, generation, leads });
      this.#host = host;
      const others = (): ReturnType<ConstructorParameters<typeof Meter>[1]['others']> => ({
        droppedLines: destination.droppedLines,
        droppedMessages: fleet.bus.dropped,
        ...(options.ledger !== undefined && { ledger: fleet.counters() }),
      });
      this.#meter = new Meter(reactor, {
        nameOf: (id) => host.deployment.nameOf(id),
        others,
        loop: options.metrics !== undefined,
      });
      this.#beat(options.workerTimeoutMs);
      await host.start(order.group);
      if (!this.#ending) send({ kind: 'ready' });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Stops accepting, waits for the connections, stops the services, and ends. A later call may give it less time. */
  async #leave(timeoutMs: number, stopTimeoutMs: number): Promise<void> {
    const { reactor, send } = this.#around;
    const host = this.#host;
    if (host === undefined) {
      this.#end(EXIT.done);
      return;
    }
    this.#cut?.cancel();
    this.#cut = reactor.callLater(timeoutMs, () => {
      host.deployment.abortConnections();
      this.#cut = reactor.callLater(CUT_MS, () => this.#cutShort());
    });
    if (this.#ending) return;
    this.#ending = true;
    this.#cut.cancel();
    // The sockets first, so that the next process gets what comes in, or clients are refused.
    await this.#table?.close();
    const short = new Promise<void>((resolve) => {
      this.#cutShort = resolve;
    });
    const drained = await Promise.race([host.drain(timeoutMs), short]);
    await host.stop(stopTimeoutMs);
    if (this.#meter !== undefined) send({ kind: 'alive', counters: this.#meter.count() });
    // What a service that hangs has cut short is not known.
    if (drained !== undefined) send({ kind: 'drained', ...drained });
    this.#heartbeat?.cancel();
    this.#views?.close();
    this.#meter?.close();
    this.#end(EXIT.done);
  }

  async #frame(order: Order & { readonly kind: 'frame' }): Promise<void> {
    const none = { line: 'it was started without inspect', status: EXIT.failed } as const;
    const report =
      this.#views === undefined
        ? ({ kind: 'frame', id: order.id, failure: none } as const)
        : await this.#views.frame(order);
    if (report !== undefined) this.#around.send(report);
  }

  async #reloadCertificates(id: number): Promise<void> {
    try {
      await this.#host?.deployment.reloadCertificates();
      this.#around.send({ kind: 'certificates', id });
    } catch (error) {
      this.#around.send({ kind: 'certificates', id, failure: { line: messageOf(error), status: EXIT.failed } });
    }
  }

  #beat(workerTimeoutMs: number): void {
    if (this.#meter !== undefined) this.#around.send({ kind: 'alive', counters: this.#meter.count() });
    const everyMs = Math.min(HEARTBEAT_MS, workerTimeoutMs === 0 ? Infinity : workerTimeoutMs / HEARTBEATS);
    this.#heartbeat = this.#around.reactor.callLater(everyMs, () => this.#beat(workerTimeoutMs));
  }

  #failed(error: unknown): void {
    if (error instanceof CommandError) {
      const { message: line, status } = error;
      const setting = error instanceof SettingsError ? { path: error.path, detail: error.detail } : undefined;
      this.#fail({ line, status, ...(setting !== undefined && { setting }) }, status);
      return;
    }
    const place = error instanceof ServiceError ? placeIn(error.cause) : placeIn(error);
    const line =
      error instanceof ServiceError || place === undefined ? messageOf(error) : `${place}: ${messageOf(error)}`;
    const status = refusedStatus(error) ?? EXIT.software;
    this.#fail({ line, status }, status);
  }

  #fail(failure: Failure, status: ExitStatus): void {
    this.#around.send({ kind: 'failed', failure });
    this.#end(status);
  }

  #end(status: ExitStatus): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cut?.cancel();
    this.#heartbeat?.cancel();
    this.#around.end(status);
  }
}
