import { resolve } from 'node:path';
import process from 'node:process';
import type { Reactor } from 'couplet';
import type { Inspector } from 'couplet-inspector';
import type { Configuration } from '../configuration/options.ts';
import { placeOfControl } from '../control/place.ts';
import type { StatusReport } from '../control/report.ts';
import type { ControlHandler } from '../control/server.ts';
import { ControlServer } from '../control/server.ts';
import type { Identity } from '../ipc/messages.ts';
import { reopenLog } from '../log/open-log.ts';
import type { ProcessLog } from '../log/process-log.ts';
import { openProcessLog } from '../log/process-log.ts';
import { Web, type WebPlace, webPlaceOf } from '../metrics/web.ts';
import type { DaemonParent } from '../system/daemonize.ts';
import { daemonize, daemonParent } from '../system/daemonize.ts';
import { environmentOfChildren, serviceManagerOf } from '../system/environment.ts';
import { identityOf } from '../system/identity.ts';
import { Pidfile } from '../system/pidfile.ts';
import { checkEnvironment, drop } from '../system/privileges.ts';
import { readyDescriptor } from '../system/ready-fd.ts';
import { authorityOf } from '../values/authority.ts';
import { CommandError, EXIT, type ExitStatus, statusOf } from '../values/exit-status.ts';
import { Announcer } from './announcer.ts';
import type { Children } from './child.ts';
import { loadLaunch } from './describe.ts';
import { enter } from './folder.ts';
import { InProcessChildren } from './in-process.ts';
import { openInspector } from './inspection.ts';
import { keptOptions } from './kept.ts';
import type { Launch, Loaded } from './launch.ts';
import { Observation } from './observation.ts';
import type { Periods } from './periods.ts';
import { PERIODS } from './periods.ts';
import { planOf } from './plan.ts';
import { Sockets } from './sockets.ts';
import { SpawnedChildren } from './spawned.ts';
import type { Reloaded } from './supervisor.ts';
import { Supervisor } from './supervisor.ts';
import { WorkerFrames } from './worker-frames.ts';

/** How a daemon is run. */
export interface DaemonSetup {
  readonly reactor: Reactor;
  readonly launch: Launch;
  /** Reads the command line's files once more, for a reload. Rejects with a `CommandError`. */
  again(): Promise<Launch>;
  /** Takes the line of a failure, for standard error. */
  readonly say: (line: string) => void;
  /** The folder that it was started in, as it was written: it may be a link. */
  readonly directory: string;
  /** The version of coupletd. */
  readonly version: string;
  readonly periods?: Periods;
}

/** A copy of a signal, as npm and terminals send them, comes within this time, in milliseconds. */
const COPY_MS = 250;

/**
 * Runs an application as a daemon: binds its sockets, drops privileges, starts its workers, and carries out signals and the commands of
 * the control socket until it has ended. Resolves to the status of the process. Rejects with a `CommandError` when it cannot start.
 */
export async function runDaemon(options: DaemonSetup): Promise<ExitStatus> {
  const { daemonize: detach } = options.launch.configuration.options;
  const parent = detach ? daemonParent() : undefined;
  if (detach && parent === undefined) return statusOf(await daemonize({ say: options.say }));
  try {
    return await new Daemon(options, parent).run();
  } catch (error) {
    if (error instanceof CommandError) await parent?.failed({ line: error.message, status: error.status });
    throw error;
  }
}

/** One daemon, from its start to its end. */
class Daemon {
  readonly #options: DaemonSetup;
  readonly #configuration: Configuration;
  readonly #parent: DaemonParent | undefined;
  /** The working directory as it was written: it may be a link. */
  readonly #folder: string;
  readonly #identity: Identity | undefined;
  /** Tells whatever started this process that it is ready. */
  readonly #tellReady: (() => void) | undefined;
  readonly #sockets: Sockets = new Sockets();
  readonly #observation: Observation;
  readonly #children: Children;
  #supervisor: Supervisor | undefined;
  #loaded: Loaded | undefined;
  #log: ProcessLog | undefined;
  #announcer: Announcer | undefined;
  /** What is to be undone at the end, the last first. */
  readonly #undo: (() => unknown)[] = [];
  #stopBefore: (() => void) | undefined;
  #leftAt: number | undefined;
  #tellStopped: () => void = () => {};
  /** Resolves when nothing but the control socket is left. */
  readonly #stopped: Promise<void> = new Promise((resolve) => {
    this.#tellStopped = resolve;
  });
  /** Where metrics are served; undefined if they are not. */
  #metrics: string | undefined;
  /** What the inspector shows. */
  readonly #frames: WorkerFrames = new WorkerFrames(() => this.#supervisor?.generations.workers ?? []);

  constructor(options: DaemonSetup, parent: DaemonParent | undefined) {
    const { reactor, version, directory } = options;
    const { configuration } = options.launch;
    const { rundir, workers, readyFd } = configuration.options;
    this.#options = options;
    this.#configuration = configuration;
    this.#parent = parent;
    this.#folder = resolve(directory, rundir);
    this.#identity = identityOf(configuration.options, {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    });
    // Without workers the log is that of the services, which count its lines.
    const dropped = (): number => (workers === 0 ? 0 : (this.#log?.destination.droppedLines ?? 0));
    // First of all: later the number may be that of a descriptor of this process.
    this.#tellReady = readyFd === undefined ? undefined : readyDescriptor(readyFd);
    this.#observation = new Observation(reactor, version, dropped);
    const environment = environmentOfChildren(process.env);
    this.#children =
      workers === 0
        ? new InProcessChildren({ reactor, openLog: () => this.#openLog(), crashed: (line) => this.#crashed(line) })
        : new SpawnedChildren({ folder: this.#folder, environment });
  }

  async run(): Promise<ExitStatus> {
    const { reactor } = this.#options;
    const running = reactor.run({ signals: false, releaseIPC: true });
    this.#catchSignals();
    try {
      const stopped = new Promise<boolean>((told) => {
        this.#stopBefore = () => told(true);
      });
      if (await Promise.race([this.#prepare(), stopped])) return EXIT.done;
      return await this.#serve();
    } finally {
      for (const undo of this.#undo.reverse()) await undo();
      if (reactor.running) reactor.stop();
      await running;
    }
  }

  /** Does what may need privileges, and then drops them. */
  async #prepare(): Promise<void> {
    const { reactor } = this.#options;
    const { options } = this.#configuration;
    const identity = this.#identity;
    enter(this.#folder);
    process.umask(options.umask);
    checkEnvironment(process.env, identity);
    // There is no other process that could import the application without privileges.
    if (options.workers === 0 && identity !== undefined) drop(identity);
    const loaded = await this.#load();
    this.#loaded = loaded;
    const name = options.name ?? loaded.description.name;
    const person = { directory: this.#folder, ...(identity !== undefined && { becomes: identity.uid }) };
    const path = placeOfControl(options, name, process.env, person);
    if (path !== undefined) {
      const control = await ControlServer.claim(reactor, path, this.#handler());
      this.#undo.push(() => {
        this.#tellStopped();
        return control.close();
      });
      if (identity !== undefined) await control.giveTo(identity.uid, identity.gid);
    }
    this.#undo.push(() => this.#sockets.close());
    await this.#sockets.bind(planOf(loaded.description, loaded.configuration));
    const web = options.metrics === undefined ? undefined : webPlaceOf(options.metrics);
    if (web !== undefined) await this.#openWeb(web);
    if (options.pidfile !== undefined) {
      const pidfile = new Pidfile(resolve(options.pidfile), identity);
      this.#undo.push(() => {
        const flaw = pidfile.remove();
        if (flaw !== undefined) this.#options.say(flaw);
      });
    }
    if (options.workers > 0 && identity !== undefined) drop(identity);
  }

  async #serve(): Promise<ExitStatus> {
    const { reactor, periods = PERIODS } = this.#options;
    const loaded = this.#loaded;
    if (loaded === undefined) throw new Error('the application has not been loaded');
    const { log, destination } = this.#openLog();
    this.#undo.push(() => destination.end());
    const observation = this.#observation;
    const supervisor = new Supervisor({
      clock: reactor,
      periods,
      log,
      children: this.#children,
      sockets: this.#sockets,
      load: () => this.#load(),
      changed: () => this.#changed(),
      onReport: (worker, report) => observation.onReport(worker, report),
      onStarted: (worker) => observation.onStarted(worker),
      onAlive: (worker) => observation.onAlive(worker),
      onEnded: (worker) => observation.onEnded(worker),
      onReplaced: (cause) => observation.onReplaced(cause),
    });
    this.#supervisor = supervisor;
    const manager = serviceManagerOf(process.env, process.pid);
    const native = manager.notifySocket === undefined ? undefined : await import('couplet/native');
    const sender = native && { send: native.sendDatagram };
    const well = (): boolean => supervisor.well;
    const announcer = new Announcer(reactor, log, { ...manager, ...sender }, this.#parent, this.#tellReady, well);
    this.#announcer = announcer;
    this.#undo.push(() => announcer.close());
    const inspector = await this.#openInspector();
    await supervisor.start(loaded, planOf(loaded.description, loaded.configuration));
    const { hosts } = this.#sockets;
    if (supervisor.state === 'ready')
      log.info(
        { event: 'daemon.ready', name: loaded.description.name, listeners: hosts, metrics: this.#metrics },
        `ready`,
      );
    if (inspector !== undefined && supervisor.state === 'ready') this.#tellInspector(inspector);
    const status = await supervisor.ended;
    log.info({ event: 'daemon.ended', status, seconds: Math.round(process.uptime()) }, `ended with status ${status}`);
    return status;
  }

  /** Describes the application as it is on disk now. */
  async #load(): Promise<Loaded> {
    const { reactor, launch, again } = this.#options;
    const present = this.#loaded === undefined ? launch : await again();
    const kept = keptOptions(this.#configuration.options, present.configuration.options);
    if (kept.length > 0)
      this.#log?.log.warn({ event: 'reload.kept', kept }, `${kept.join(', ')}: only a new start changes this`);
    const { inspect } = this.#configuration.options;
    const { options, ...configuration } = present.configuration;
    // A worker that does not watch itself has nothing to show.
    const shown = { ...present, configuration: { ...configuration, options: { ...options, inspect } } };
    // It has become that by the time of a reload; without workers before the first import.
    const becomes = this.#loaded === undefined && this.#configuration.options.workers > 0 ? this.#identity : undefined;
    return loadLaunch(reactor, this.#children, shown, this.#folder, becomes);
  }

  #openLog(): ProcessLog {
    const { options } = this.#configuration;
    this.#log ??= openProcessLog(options, {}, this.#options.reactor);
    return this.#log;
  }

  async #openWeb(place: WebPlace): Promise<void> {
    const { reactor } = this.#options;
    const web = new Web(
      {
        scrape: async () => (this.#supervisor === undefined ? '' : this.#observation.scrape(this.#supervisor)),
        ready: () => (this.#supervisor === undefined ? 'it is starting' : this.#supervisor.flaw),
        failed: (error) => this.#log?.log.warn({ event: 'metrics.failed', err: error }, error.message),
      },
      reactor,
    );
    const port = await web.open(place);
    this.#undo.push(() => web.close());
    this.#metrics = authorityOf(place.host, port);
  }

  /** Serves the inspector, if it is to. It belongs to the one who the daemon has become. */
  async #openInspector(): Promise<Inspector | undefined> {
    const { inspect, workers } = this.#configuration.options;
    if (inspect === 'off') return undefined;
    const inspector = await openInspector(this.#options.reactor, inspect, workers === 0 ? undefined : this.#frames);
    this.#undo.push(() => inspector.close());
    return inspector;
  }

  /** Says where it is. A terminal gets the token; the log gets none. */
  #tellInspector({ notice, url }: Inspector): void {
    const [place = ''] = url.split('#', 1);
    this.#options.say(notice);
    const line = notice.includes(url) ? `inspector: ${place}` : notice;
    this.#log?.log.info({ event: 'inspector.ready', host: place }, line);
  }

  #handler(): ControlHandler {
    return {
      status: () => this.#status(),
      reload: async ({ force }) => {
        const supervisor = this.#supervisor;
        if (supervisor === undefined) throw new CommandError('it is starting', EXIT.failed);
        // A stop does not wait for a reload, which then has no end of its own to be told.
        const ended: Promise<Reloaded> = this.#stopped.then(() => ({
          kind: 'failed',
          line: 'it has been stopped meanwhile',
          status: EXIT.failed,
        }));
        const result = await Promise.race([supervisor.reload(force), ended]);
        const generation = supervisor.generations.latest;
        if (result.kind === 'failed') return { result: 'failed', generation, reason: result.line };
        return { result: result.kind === 'unchanged' ? 'unchanged' : 'done', generation };
      },
      stop: async ({ now }) => {
        if (now) this.#abort();
        else this.#leave('the command stop');
        await this.#stopped;
      },
    };
  }

  #status(): StatusReport {
    const supervisor = this.#supervisor;
    const loaded = supervisor?.loaded ?? this.#loaded;
    if (loaded === undefined) throw new CommandError('it is starting', EXIT.failed);
    return this.#observation.status(supervisor, loaded);
  }

  #changed(): void {
    this.#frames.changed();
    const supervisor = this.#supervisor;
    const announcer = this.#announcer;
    if (supervisor === undefined || announcer === undefined) return;
    const { state, generations, lastFailure } = supervisor;
    if (state === 'ready') {
      const failed = lastFailure === undefined ? '' : `; the last reload failed: ${lastFailure}`;
      announcer.ready(supervisor.flaw ?? `serves, generation ${generations.latest}${failed}`);
    } else if (state === 'reloading') announcer.reloading();
    else if (state !== 'starting') announcer.stopping();
  }

  #leave(cause: string): void {
    this.#leftAt ??= this.#options.reactor.now();
    this.#log?.log.info({ event: 'daemon.stopping', cause }, `${cause}: it stops`);
    if (this.#supervisor === undefined) this.#stopBefore?.();
    else this.#supervisor.leave();
  }

  #abort(): void {
    if (this.#supervisor === undefined) this.#stopBefore?.();
    else this.#supervisor.abort();
  }

  #catchSignals(): void {
    const stop = (signal: string): void => {
      const now = this.#options.reactor.now();
      if (this.#leftAt === undefined) this.#leave(signal);
      else if (now - this.#leftAt >= COPY_MS) this.#abort();
    };
    const signals: readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
      ['SIGTERM', stop],
      ['SIGINT', stop],
      ['SIGHUP', () => void this.#supervisor?.reload(false)],
      ['SIGUSR1', () => this.#reopenLogs()],
      ['SIGUSR2', () => this.#logStatus()],
    ];
    for (const [signal, caught] of signals) {
      process.on(signal, caught);
      this.#undo.push(() => process.off(signal, caught));
    }
    const crash = (error: unknown): void => {
      if (this.#children instanceof InProcessChildren) this.#children.crash(error);
      else this.#crashed(error instanceof Error ? (error.stack ?? error.message) : String(error));
    };
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, crash);
      this.#undo.push(() => process.off(event, crash));
    }
  }

  /** This process cannot go on. Workers, if there are any, see its end, drain and end. */
  #crashed(line: string): void {
    const log = this.#log;
    log?.log.fatal({ event: 'daemon.ended', status: EXIT.software, reason: line }, line);
    this.#options.say(line.split('\n', 1).join());
    process.exit(EXIT.software);
  }

  #reopenLogs(): void {
    if (this.#log === undefined) return;
    reopenLog(this.#log.log, this.#log.destination);
    for (const worker of this.#supervisor?.generations.workers ?? [])
      if (this.#configuration.options.workers > 0) worker.send({ kind: 'reopen' });
  }

  #logStatus(): void {
    if (this.#supervisor === undefined) return;
    // Each line has the pid already, and a key that is there twice is not read alike by all.
    const { pid: _pid, ...status } = this.#status();
    this.#log?.log.info({ event: 'daemon.status', ...status }, 'status');
  }
}
