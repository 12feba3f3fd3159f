import type { Address } from './address.ts';

/** A port that is open. Disposing of it (`await using`) is `stopListening`. */
export interface ListeningPort extends AsyncDisposable {
  /** Where it listens; tells the port that was picked for port 0. */
  getHost(): Address;
  /** Resolves when the port is free for others. Open connections live on. Calling it again gives the same promise. */
  stopListening(): Promise<void>;
}
