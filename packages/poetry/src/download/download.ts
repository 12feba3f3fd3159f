import type { Reactor } from 'couplet';
import { ConnectError, ConnectionDone, connect, Protocol } from 'couplet';
import type { PoetryAddress } from '../command-line/poetry-address.ts';
import { Draft } from './draft.ts';

/** How many bytes a poem may have by default. */
export const MOST_BYTES = 64 * 2 ** 20;

/** What bounds a download. */
export interface DownloadLimits {
  /** How many bytes a poem may have. */
  readonly maxBytes: number;
  /** How long connecting and downloading may take together; `Infinity` means no bound. */
  readonly timeoutSeconds: number;
  /** Cancels the download, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What is told of a download while it goes on. */
export interface DownloadWatcher {
  /** It is connected. */
  onConnect?(): void;
  /** A chunk of that many bytes has arrived. */
  onChunk?(length: number): void;
}

/** Collects what a server sends until it closes. */
export class Download extends Protocol {
  readonly #draft: Draft = new Draft();
  readonly #maxBytes: number;
  readonly #watcher: DownloadWatcher;
  readonly #onEnd: (reason: Error, poem: Buffer) => void;
  #excess: Error | undefined;

  /** `onEnd` gets the reason why the download ended, a `ConnectionDone` if in order, and what had arrived by then. */
  constructor(maxBytes: number, watcher: DownloadWatcher, onEnd: (reason: Error, poem: Buffer) => void) {
    super();
    this.#maxBytes = maxBytes;
    this.#watcher = watcher;
    this.#onEnd = onEnd;
  }

  override connectionMade(): void {
    this.#watcher.onConnect?.();
  }

  override dataReceived(data: Buffer): void {
    if (this.#draft.length + data.length > this.#maxBytes) {
      this.#excess = new Error(`more than ${this.#maxBytes} bytes of poetry`);
      this.transport.abortConnection();
      return;
    }
    this.#draft.append(data);
    this.#watcher.onChunk?.(data.length);
  }

  override connectionLost(reason: Error): void {
    this.#onEnd(this.#excess ?? reason, this.#draft.whole());
  }
}

/**
 * Connects and resolves to everything that the server sent before it closed in order. Otherwise rejects with the reason: a
 * `ConnectError`, whose message begins with the destination, or an error that says what happened to the connection.
 */
export function download(
  reactor: Reactor,
  endpoint: string,
  { maxBytes, timeoutSeconds, signal }: DownloadLimits,
  watcher: DownloadWatcher = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cancel = new AbortController();
    const giveUp = (reason: unknown): void => {
      reject(reason);
      cancel.abort();
    };
    const late = (): void => giveUp(new Error(`no poem within ${timeoutSeconds} s`));
    const unwanted = (): void => giveUp(signal?.reason);
    const timeout = Number.isFinite(timeoutSeconds) ? reactor.callLater(timeoutSeconds * 1000, late) : undefined;
    signal?.addEventListener('abort', unwanted);
    const end = (): void => {
      timeout?.cancel();
      signal?.removeEventListener('abort', unwanted);
    };
    const protocol = new Download(maxBytes, watcher, (reason, poem) => {
      end();
      if (reason instanceof ConnectionDone) resolve(poem);
      else reject(reason);
    });
    // A download with a timeout needs no other one for connecting.
    const timeoutMs = timeout === undefined ? 30_000 : Number.POSITIVE_INFINITY;
    connect(endpoint, protocol, { reactor, signal: cancel.signal, timeoutMs }).then(
      ({ transport }) => {
        if (cancel.signal.aborted) transport.abortConnection();
        else cancel.signal.addEventListener('abort', () => transport.abortConnection());
      },
      (reason) => {
        end();
        reject(reason);
      },
    );
  });
}

/** Throws an `Error` for an empty poem: it is the only sign that a poem is missing. */
export function checkPoem(length: number): void {
  if (length === 0) throw new Error('closed without any poetry');
}

/** Why a download failed, in one line that names the address. */
export function failureAt(address: PoetryAddress, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof ConnectError ? why : `${address.name}: ${why}`;
}
