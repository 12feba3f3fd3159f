import { checkTopic } from './topics.ts';

/** How many bytes a payload has at most. */
const PAYLOAD_BYTES = 4096;

/** One that is there. */
export interface Present {
  /** The process that it joined in: told apart from all others, now and later. */
  readonly node: string;
  /** What its member says of itself. */
  readonly payload: string;
}

/** What `join` returns: `leave` ends it. */
export interface Membership {
  /** Leaves. A further call does nothing. */
  leave(): void;
}

/**
 * Knows who is there under a topic, in all processes of an application. Those of a process that ends leave; those of one that is killed
 * leave with its lease, at most 12 s later, where the processes are on several machines.
 */
export interface Presence {
  /**
   * Joins with a payload of at most 4,096 bytes as UTF-8. While what it is written to is away it takes effect later. Throws a `RangeError`
   * if the payload has more, or the topic more than 256 characters.
   */
  join(topic: string, payload: string): Membership;
  /** Resolves to all that are there. Rejects if that cannot be found out now. */
  list(topic: string): Promise<readonly Present[]>;
}

/** Throws a `RangeError` if the topic or the payload is too long. */
export function checkJoin(topic: string, payload: string): void {
  checkTopic(topic);
  const bytes = Buffer.byteLength(payload);
  if (bytes > PAYLOAD_BYTES) throw new RangeError(`the payload has ${bytes} bytes, and may have ${PAYLOAD_BYTES}`);
}
