import type { Clock } from 'couplet';
import type { Log } from '../log/log.ts';
import type { DaemonParent } from '../system/daemonize.ts';
import type { ServiceManager } from '../system/environment.ts';
import { Notifier, type NotifierOptions } from '../system/notifier.ts';
import { Watchdog } from '../system/watchdog.ts';

/** Tells whatever started the daemon how it is: a service manager, the parent of a daemon, the other end of a descriptor. */
export class Announcer {
  readonly #parent: DaemonParent | undefined;
  readonly #readyFd: (() => void) | undefined;
  readonly #notifier: Notifier | undefined;
  readonly #watchdog: Watchdog | undefined;
  #state = '';

  /** `well` says whether every slot answers, or is being restarted. */
  constructor(
    clock: Clock,
    log: Log,
    { notifySocket: socket, watchdogMs: periodMs, ...sender }: ServiceManager & Pick<NotifierOptions, 'send'>,
    parent: DaemonParent | undefined,
    readyFd: (() => void) | undefined,
    well: () => boolean,
  ) {
    this.#parent = parent;
    this.#readyFd = readyFd;
    if (socket === undefined) return;
    const warn = (line: string): void => log.warn({ event: 'notify.failed' }, line);
    const notifier = new Notifier({ clock, socket, warn, ...sender });
    this.#notifier = notifier;
    if (periodMs !== undefined)
      this.#watchdog = new Watchdog({ clock, periodMs, well, beat: () => notifier.watchdog() });
  }

  /** It serves, for the first time or again; `status` describes that in a line. */
  ready(status: string): void {
    void this.#parent?.ready();
    this.#readyFd?.();
    this.#notifier?.status(status);
    if (!this.#enter('ready')) return;
    this.#notifier?.ready();
    this.#watchdog?.start();
  }

  /** It makes a new generation. */
  reloading(): void {
    if (this.#enter('reloading')) this.#notifier?.reloading();
  }

  /** It is about to end. */
  stopping(): void {
    if (this.#enter('stopping')) this.#notifier?.stopping();
  }

  /** Says no more. Resolves when everything has been told, or cannot be. */
  async close(): Promise<void> {
    this.#watchdog?.stop();
    await this.#notifier?.idle();
  }

  #enter(state: string): boolean {
    if (this.#state === state) return false;
    this.#state = state;
    return true;
  }
}
