import { realpathSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { reactor } from 'couplet';
import type { Application } from '../application/application.ts';
import { validateSettings } from '../configuration/settings.ts';
import { openFleet } from '../fleet/fleet.ts';
import type { ProcessLogOptions } from '../log/process-log.ts';
import { openProcessLog } from '../log/process-log.ts';
import { messageOf } from '../values/error-words.ts';
import { EXIT } from '../values/exit-status.ts';
import { refusedStatus } from '../values/refusal.ts';
import { Host } from './host.ts';

/** How long connections may take to end, and then the services, after the first signal, in milliseconds. */
const DRAIN_MS = 25_000;
const STOP_MS = 5000;
/** A copy of a signal, as npm and terminals send them, comes within this time, in milliseconds. */
const COPY_MS = 250;
const LOG: ProcessLogOptions = {
  logFile: '/dev/stderr',
  logFormat: 'pretty',
  logLevel: 'info',
  logQueue: 8 * 1024 ** 2,
  workers: 0,
};

/**
 * Runs an application in this process, if `meta` is that of the file that Node was started with: `node app.ts`. Otherwise, as under
 * `coupletd` and in tests, it does nothing. The application's own schema fills in its settings.
 *
 * It logs to standard error, and ends at the second SIGTERM or SIGINT or, after the first, once its connections have ended, for which they
 * have 25 s. Resolves then; the process ends by itself. If it cannot start, one line on standard error says why, and the process is to
 * end with 70, with 78 for the settings, or with 69, 77 or 71 for what the system refused, such as a port that is taken.
 */
export async function main(meta: { readonly url: string }, application: Application): Promise<void> {
  if (!isStarted(meta.url)) return;
  const { log, destination } = openProcessLog(LOG, {}, reactor);
  const running = reactor.run({ signals: false });
  let leftAt: number | undefined;
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const caught = (): void => {
    const now = reactor.now();
    if (leftAt === undefined) {
      leftAt = now;
      leave();
    } else if (now - leftAt >= COPY_MS) {
      host?.deployment.abortConnections();
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, caught);
  let host: Host | undefined;
  try {
    const settings = await settingsOf(application);
    const fleet = await openFleet({ name: application.name, clock: reactor, log });
    const services = await application.services(settings);
    host = new Host(
      { application, settings, services },
      { reactor, log, fleet, services: {}, whenAway: 'local', accessLog: true, slot: 1, generation: 1, leads: true },
    );
    await host.start();
    await left;
    const { closed, aborted } = await host.drain(DRAIN_MS);
    log.info({ event: 'drain.done', closed, aborted }, `drained: ${closed} closed, ${aborted} aborted`);
    await host.stop(STOP_MS);
  } catch (error) {
    log.fatal({ event: 'daemon.ended' }, messageOf(error));
    const told = error instanceof Error && 'status' in error ? Number(error.status) : refusedStatus(error);
    process.exitCode = told ?? EXIT.software;
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, caught);
    // The reactor ends last: it has the clock that bounds how long the log may take.
    await destination.end();
    if (reactor.running) reactor.stop();
    await running;
  }
}

async function settingsOf({ configuration }: Application): Promise<unknown> {
  return configuration === undefined ? undefined : validateSettings(configuration, undefined);
}

function isStarted(url: string): boolean {
  const [, started] = process.argv;
  if (started === undefined || !url.startsWith('file:')) return false;
  try {
    return realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}
