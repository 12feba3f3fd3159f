import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { Clock } from 'couplet';

/** How long the program may take, in milliseconds. It waits for the service manager for 5 s at most. */
const PATIENCE_MS = 10_000;

/** How notifications are sent. */
export interface NotifierOptions {
  readonly clock: Clock;
  /** `NOTIFY_SOCKET` of the environment. */
  readonly socket: string;
  /** Told why notifications do not arrive, in one line: once, until one has arrived. */
  readonly warn: (line: string) => void;
  /** Sends them where it can, and otherwise returns why it cannot; then a program does. It is not tried unless set. */
  readonly send?: (socket: string, text: Uint8Array) => unknown;
  /** The program that sends them; `systemd-notify` unless set. */
  readonly program?: string;
}

/**
 * Tells the service manager how things are, as sd_notify(3): by a datagram of this process where the system can be called, and elsewhere, as Node
 * has no UNIX datagrams, by a program, at most one at a time. What is told meanwhile waits, and what is newer takes its place. Nothing here
 * waits, throws or blocks.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  /** What is to be told next, by variable. */
  #next: Map<string, readonly string[]> = new Map();
  #sending: ChildProcess | undefined;
  #warned = false;
  /** The program is missing: that does not change. */
  #missing = false;
  #idle: (() => void)[] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** The service serves. */
  ready(): void {
    this.#tell('state', 'READY=1');
  }

  /** The service loads its application anew; `ready` ends that. */
  reloading(): void {
    const monotonicUsec = process.hrtime.bigint() / 1000n;
    this.#tell('state', 'RELOADING=1', `MONOTONIC_USEC=${monotonicUsec}`);
  }

  /** The service is about to end. */
  stopping(): void {
    this.#tell('state', 'STOPPING=1');
  }

  /** Describes the state in one line; of a longer text all lines are joined. */
  status(text: string): void {
    this.#tell('status', `STATUS=${text.replaceAll(/[\s\p{C}]+/gu, ' ').slice(0, 500)}`);
  }

  /** A sign of life. */
  watchdog(): void {
    this.#tell('watchdog', 'WATCHDOG=1');
  }

  /** Resolves when everything has been told, or cannot be. */
  async idle(): Promise<void> {
    if (this.#sending === undefined) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  #tell(about: string, ...words: string[]): void {
    if (this.#missing) return;
    this.#next.set(about, words);
    if (this.#sending === undefined) this.#send();
  }

  #send(): void {
    const { clock, socket, send, program = 'systemd-notify' } = this.#options;
    const words = [...this.#next.values()].flat();
    this.#next = new Map();
    if (send !== undefined && send(socket, Buffer.from(words.join('\n'))) === undefined) {
      this.#warned = false;
      return;
    }
    const { PATH } = process.env;
    const environment = { NOTIFY_SOCKET: socket, ...(PATH === undefined ? {} : { PATH }) };
    const child = spawn(program, words, { env: environment, stdio: 'ignore' });
    this.#sending = child;
    const late = clock.callLater(PATIENCE_MS, () => child.kill('SIGKILL'));
    const ended = (flaw: string | undefined): void => {
      // A signal that cannot be sent is an error as well.
      if (this.#sending !== child) return;
      late.cancel();
      this.#ended(flaw);
    };
    child.once('error', (error) => {
      this.#missing = 'code' in error && error.code === 'ENOENT';
      ended(`the service manager is not told: ${this.#missing ? `there is no program ${program}` : error.message}`);
    });
    child.once('exit', (status, signal) =>
      ended(status === 0 ? undefined : `the service manager is not told: ${program} ended with ${status ?? signal}`),
    );
  }

  #ended(flaw: string | undefined): void {
    this.#sending = undefined;
    if (flaw !== undefined && !this.#warned) this.#options.warn(flaw);
    this.#warned = flaw !== undefined;
    if (this.#missing) this.#next.clear();
    if (this.#next.size > 0) this.#send();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }
}
