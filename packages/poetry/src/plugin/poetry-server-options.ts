import type { Address, Factory } from 'couplet';
import type { ServiceContext } from 'coupletd';

/** A server of the application. */
export interface PoetryServerOptions {
  readonly name: string;
  readonly factory: Factory;
  /** How much a client that does not read may make it hold, in bytes. */
  readonly maxWriteBufferBytes: number;
  /** What it prints when it listens. */
  readonly line: (host: Address) => string;
  /** What it does, in a few words. */
  readonly does: () => string;
  /** What to type to see that. */
  readonly command: (host: Address) => string;
  /** Is called first of all, with where it runs. */
  readonly onStart?: (context: ServiceContext) => void;
}
