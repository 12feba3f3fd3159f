import type { Connector } from 'couplet';
import { ClientFactory } from 'couplet';
import { Actor } from './actor.ts';

/** What a recorder does in its callbacks, after writing them down. */
export interface RecorderOptions {
  startFactory?(): void;
  started?(connector: Connector): void;
  /** May return null to refuse the connection. */
  builds?(actor: Actor): Actor | null;
  made?(actor: Actor): void;
  failed?(connector: Connector, reason: Error): void;
  lost?(connector: Connector, reason: Error): void;
  stopFactory?(): void;
}

/** A client factory that writes down its callbacks and those of its actors, with the names of the reasons. */
export class RecordingFactory extends ClientFactory {
  readonly records: string[] = [];
  /** The reasons that the factory was told, in order. */
  readonly reasons: Error[] = [];
  readonly #options: RecorderOptions;
  readonly #readers: { readonly page: string; readonly resolve: () => void }[] = [];

  constructor(options: RecorderOptions = {}) {
    super();
    this.#options = options;
  }

  /** Resolves when that page is written. */
  wrote(page: string): Promise<void> {
    if (this.records.includes(page)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#readers.push({ page, resolve });
    });
  }

  override startFactory(): void {
    this.#write('startFactory');
    this.#options.startFactory?.();
  }

  override startedConnecting(connector: Connector): void {
    this.#write('startedConnecting');
    this.#options.started?.(connector);
  }

  override buildProtocol(): Actor | null {
    this.#write('buildProtocol');
    const actor = new Actor({
      made: () => {
        this.#write('connectionMade');
        this.#options.made?.(actor);
      },
      lost: (_actor, reason) => this.#write(`connectionLost ${reason.name}`),
    });
    return this.#options.builds === undefined ? actor : this.#options.builds(actor);
  }

  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.reasons.push(reason);
    this.#write(`clientConnectionFailed ${reason.name}`);
    this.#options.failed?.(connector, reason);
  }

  override clientConnectionLost(connector: Connector, reason: Error): void {
    this.reasons.push(reason);
    this.#write(`clientConnectionLost ${reason.name}`);
    this.#options.lost?.(connector, reason);
  }

  override stopFactory(): void {
    this.#write('stopFactory');
    this.#options.stopFactory?.();
  }

  #write(page: string): void {
    this.records.push(page);
    for (const reader of this.#readers) if (reader.page === page) reader.resolve();
  }
}
