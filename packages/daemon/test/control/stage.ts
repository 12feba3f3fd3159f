import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReloadResult, StatusReport } from '../../src/control/report.ts';
import type { ControlHandler } from '../../src/control/server.ts';

/** A report of a daemon that is ready, with what a test changes. */
export function report(changes: Partial<StatusReport> = {}): StatusReport {
  return {
    version: 1,
    name: 'poetry',
    pid: process.pid,
    state: 'ready',
    ready: true,
    generation: 3,
    uptimeSeconds: 7384,
    services: [
      { path: 'slow', kind: 'StreamServerService', listen: ['tcp:10000'] },
      { path: 'tidy', kind: 'TimerService', listen: [] },
    ],
    listeners: [{ service: 'slow', listener: 'tcp://0.0.0.0:10000', accepted: 1200, refused: 3, open: 12 }],
    slots: [
      { slot: 1, group: 'all', pid: 4712, state: 'ready', generation: 3, connections: 12, uptimeSeconds: 61 },
      { slot: 2, group: 'all', state: 'backing off', generation: 3, connections: 0, uptimeSeconds: 0 },
    ],
    drops: { logLines: 0, busMessages: 0 },
    ...changes,
  };
}

/** A handler that notes what it was asked, and whose answers a test sets. */
export class Stage implements ControlHandler {
  readonly asked: string[] = [];
  now: StatusReport = report();
  reloaded: () => Promise<ReloadResult> = async () => ({ result: 'done', generation: 4 });
  stopped: Promise<void> = Promise.resolve();

  status(): StatusReport {
    this.asked.push('status');
    return this.now;
  }

  reload({ force }: { readonly force: boolean }): Promise<ReloadResult> {
    this.asked.push(force ? 'reload --force' : 'reload');
    return this.reloaded();
  }

  stop({ now }: { readonly now: boolean }): Promise<void> {
    this.asked.push(now ? 'stop --now' : 'stop');
    return this.stopped;
  }
}

/** A fresh folder of this user alone, and how to remove it. */
export function folder(): { readonly path: string; readonly remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'coupletd-')));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** A promise and what settles it. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
