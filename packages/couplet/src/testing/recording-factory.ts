import { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { Actor } from './actor.ts';

/** What a diarist does in its callbacks, after writing them down. */
export interface Habits {
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
export class Diarist extends ClientFactory {
  readonly pages: string[] = [];
  /** The reasons that the factory was told, in order. */
  readonly reasons: Error[] = [];
  readonly #habits: Habits;
  readonly #readers: { readonly page: string; readonly resolve: () => void }[] = [];

  constructor(habits: Habits = {}) {
    super();
    this.#habits = habits;
  }

  /** Resolves when that page is written. */
  wrote(page: string): Promise<void> {
    if (this.pages.includes(page)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#readers.push({ page, resolve });
    });
  }

  override startFactory(): void {
    this.#write('startFactory');
    this.#habits.startFactory?.();
  }

  override startedConnecting(connector: Connector): void {
    this.#write('startedConnecting');
    this.#habits.started?.(connector);
  }

  override buildProtocol(): Actor | null {
    this.#write('buildProtocol');
    const actor = new Actor({
      made: () => {
        this.#write('connectionMade');
        this.#habits.made?.(actor);
      },
      lost: (_actor, reason) => this.#write(`connectionLost ${reason.name}`),
    });
    return this.#habits.builds === undefined ? actor : this.#habits.builds(actor);
  }

  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.reasons.push(reason);
    this.#write(`clientConnectionFailed ${reason.name}`);
    this.#habits.failed?.(connector, reason);
  }

  override clientConnectionLost(connector: Connector, reason: Error): void {
    this.reasons.push(reason);
    this.#write(`clientConnectionLost ${reason.name}`);
    this.#habits.lost?.(connector, reason);
  }

  override stopFactory(): void {
    this.#write('stopFactory');
    this.#habits.stopFactory?.();
  }

  #write(page: string): void {
    this.pages.push(page);
    for (const reader of this.#readers) if (reader.page === page) reader.resolve();
  }
}
