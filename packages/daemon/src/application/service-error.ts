import { messageOf } from '../values/error-words.ts';
/** A service that could not start, or did not stop. `path` names it, behind the names of those that it is in. */
export class ServiceError extends Error {
  override name = 'ServiceError';
  /** Identifies the class, also across two installed copies of coupletd. */
  readonly code = 'COUPLET_SERVICE';
  /** The name of the service, behind those of the services that it is in: `upstream/cache`. */
  readonly path: string;

  /** The message is the path, and what happened in one line: that of an error that comes from further inside names it already. */
  constructor(path: string, error: unknown) {
    const inner = error instanceof ServiceError;
    super(inner ? error.message : `${path}: ${messageOf(error)}`, { cause: inner ? error.cause : error });
    this.path = inner ? error.path : path;
  }
}
