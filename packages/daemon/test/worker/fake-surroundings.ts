import assert from 'node:assert/strict';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '../../src/application/service.ts';
import { readConfiguration } from '../../src/configuration/configuration.ts';
import type { Report, StartOrder } from '../../src/ipc/messages.ts';
import { Worker } from '../../src/worker/worker.ts';
import { VirtualReactor } from '../application/virtual-reactor.ts';
import { RecordingLog } from '../fleet/recording-log.ts';

const { options } = await readConfiguration({});

/** The path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}${extname(import.meta.filename)}`, import.meta.url));
}

/** A worker, and what it does to the process around it. */
export class FakeSurroundings {
  readonly time: VirtualReactor = new VirtualReactor();
  readonly log: RecordingLog = new RecordingLog();
  readonly reports: Report[] = [];
  /** The statuses that the process was to end with. */
  readonly ends: number[] = [];
  readonly worker: Worker;
  /** Thrown by a change of identity. */
  denied: Error | undefined;

  constructor() {
    const { log } = this;
    this.worker = new Worker({
      reactor: this.time.reactor,
      inherits: true,
      send: (report) => this.reports.push(report),
      full: () => false,
      become: () => {
        if (this.denied !== undefined) throw this.denied;
      },
      openLog: () => ({ log, destination: { droppedLines: 0, reopen: () => {} } }),
      end: (status) => this.ends.push(status),
    });
  }

  /** Tells it to start these services, or what a file says. */
  start(what: readonly Service[] | string, group?: readonly string[], inspect = 'off'): void {
    const services = typeof what === 'string' ? [] : what;
    const order: StartOrder = {
      kind: 'start',
      program: { kind: 'application', file: typeof what === 'string' ? what : fixture('handed') },
      settings: { services },
      services: {},
      group: group ?? services.map(({ name }) => name),
      slot: 2,
      generation: 3,
      sockets: {},
      options: { ...options, inspect },
      name: 'handed',
    };
    this.worker.order(order);
  }

  /** Starts these services, and lets it be ready. */
  async ready(services: readonly Service[]): Promise<void> {
    this.start(services);
    await this.until('ready');
  }

  /** Lets events happen until it has reported this, or has ended. */
  async until(kind: Report['kind'] | 'end'): Promise<void> {
    for (let turn = 0; turn < 1000; turn += 1) {
      if (this.ends.length > 0 || this.reports.some((report) => report.kind === kind)) return;
      await this.time.pass(0);
    }
    assert.fail(`it has not reported ${kind}: ${this.kinds.join(' ')}`);
  }

  /** What it has reported so far. */
  get kinds(): readonly string[] {
    return this.reports.map(({ kind }) => kind);
  }

  report<K extends Report['kind']>(kind: K): Extract<Report, { readonly kind: K }> | undefined {
    return this.reports.find((one): one is Extract<Report, { readonly kind: K }> => one.kind === kind);
  }
}
