import assert from 'node:assert/strict';
import { Clock } from 'couplet/testing';
import { readConfiguration } from '../../src/configuration/configuration.ts';
import type { DaemonOptions, ServiceSettings } from '../../src/configuration/options.ts';
import type { Loaded } from '../../src/supervisor/launch.ts';
import { PERIODS } from '../../src/supervisor/periods.ts';
import { planOf } from '../../src/supervisor/plan.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import type { CommandError, ExitStatus } from '../../src/values/exit-status.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { FakeChildren, type FakeProcess } from './fake-children.ts';
import { FakeSockets } from './fake-sockets.ts';
import { pass, settled } from './turns.ts';

const DEFAULTS = (await readConfiguration({})).options;

/** An application on disk. */
export interface Disk {
  /** What its code is: another text is other code. */
  readonly code: string;
  /** The services, and where they listen. */
  readonly services: Readonly<Record<string, readonly string[]>>;
  /** Services whose code is of this text instead. */
  readonly settings: Readonly<Record<string, ServiceSettings>>;
  readonly certificates: Readonly<Record<string, string>>;
  readonly options: Partial<DaemonOptions>;
}

const DISK: Disk = { code: 'a', services: { echo: ['tcp:7'] }, settings: {}, certificates: {}, options: {} };

/** What the describe step finds of an application on disk. */
export function loadedFrom(disk: Partial<Disk>): Loaded {
  const { code, services, settings, certificates, options } = { ...DISK, ...disk };
  const described = Object.entries(services).map(([path, listen]) => ({
    path,
    kind: 'StreamServerService',
    listen,
    ownEndpoints: 0,
  }));
  return {
    description: { name: 'app', services: described, files: { '/app.ts': code }, certificates },
    configuration: {
      options: { ...DEFAULTS, ...options },
      application: undefined,
      services: settings,
      place: (path) => path.join('.'),
    },
    program: { program: { kind: 'application', file: '/app.ts' }, settings: code },
    command: ['node'],
  };
}

/** A supervisor among fakes, with virtual time. */
export class Stage {
  readonly clock: Clock;
  readonly log: RecordingLog = new RecordingLog();
  readonly sockets: FakeSockets = new FakeSockets();
  readonly children: FakeChildren;
  readonly supervisor: Supervisor;
  /** The causes of the replacements so far. */
  readonly replaced: string[] = [];
  /** What the next reload finds, or why it finds nothing. */
  disk: Partial<Disk> | CommandError;
  status: ExitStatus | undefined;
  #loads = 0;

  constructor(disk: Partial<Disk> = {}, seed = 1) {
    this.disk = disk;
    this.clock = new Clock({ seed });
    const { clock, log, sockets } = this;
    this.children = new FakeChildren(clock, (descriptors) => {
      const open = new Set(sockets.open.values());
      for (const one of descriptors) assert.ok(open.has(one), `descriptor ${one} is closed`);
    });
    this.supervisor = new Supervisor({
      clock,
      periods: PERIODS,
      log,
      children: this.children,
      sockets,
      load: async () => {
        this.#loads += 1;
        await null;
        return this.load();
      },
      changed: () => {},
      onReport: () => {},
      onStarted: () => {},
      onAlive: () => {},
      onEnded: () => {},
      onReplaced: (cause) => this.replaced.push(cause),
    });
    void this.supervisor.ended.then((status) => {
      this.status = status;
    });
  }

  /** How often the application was described for a reload. */
  get loads(): number {
    return this.#loads;
  }

  load(): Loaded {
    if (this.disk instanceof Error) throw this.disk;
    return loadedFrom(this.disk);
  }

  /** Begins to start. */
  async start(): Promise<void> {
    const loaded = this.load();
    const plans = planOf(loaded.description, loaded.configuration);
    await this.sockets.bind(plans);
    await this.supervisor.start(loaded, plans);
  }

  /** Puts something else on disk, and asks for a reload. */
  reload(disk: Partial<Disk> | CommandError, force = false): ReturnType<Supervisor['reload']> {
    this.disk = disk instanceof Error ? disk : { ...(this.disk instanceof Error ? {} : this.disk), ...disk };
    return this.supervisor.reload(force);
  }

  pass(ms: number): Promise<void> {
    return pass(this.clock, ms);
  }

  /** The process that serves in a slot, of the group of that service. */
  at(slot: number, service = 'echo'): FakeProcess {
    const found = this.children.living.filter(
      (one) => one.slot === slot && one.started.group.includes(service) && !one.drains,
    );
    const last = found.at(-1);
    assert.ok(last !== undefined, `no process lives in slot ${slot} of ${service}`);
    return last;
  }

  /** The pids of the processes that live. */
  get pids(): readonly number[] {
    return this.children.living.map(({ pid }) => pid);
  }

  /** Fails unless nothing is left. */
  async over(): Promise<void> {
    await settled();
    assert.equal(this.supervisor.state, 'ended');
    assert.notEqual(this.status, undefined, 'ended has not settled');
    assert.deepEqual(this.pids, []);
    assert.deepEqual([...this.sockets.open.keys()], [], 'sockets are open');
    assert.deepEqual(this.sockets.refusing, new Set());
    const left = this.clock.getDelayedCalls().map((call) => call.getTime());
    assert.deepEqual(left, [], `timers are left at ${this.clock.now()} ms`);
  }

  /** Stops, and fails unless nothing is left. */
  async stop(): Promise<void> {
    this.supervisor.abort();
    await this.pass(5000);
    await this.over();
  }
}

/** A stage on which an application of that disk serves. */
export async function serving(disk: Partial<Disk> = {}): Promise<Stage> {
  const stage = new Stage(disk);
  const started = stage.start();
  await stage.pass(100);
  await started;
  assert.equal(stage.supervisor.state, 'ready');
  return stage;
}
