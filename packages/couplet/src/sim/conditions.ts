/** The conditions of a simulated network: latency, rates and the sizes of buffers. */
export interface Conditions {
  /** How long a segment travels one way, in milliseconds. */
  readonly latencyMs: number;
  /** How much longer it may travel, in milliseconds; the order of a connection is kept. */
  readonly jitterMs: number;
  /** How many bytes pass in a millisecond, over all connections together. */
  readonly bytesPerMs: number;
  /** The largest segment, in bytes; segments have random sizes. */
  readonly segmentBytes: number;
  /** How many bytes a socket keeps that are not sent yet. */
  readonly sendBufferBytes: number;
  /** How many bytes a socket keeps that are not read yet. */
  readonly receiveBufferBytes: number;
  /** How late a process may notice that it can read, in milliseconds; what arrives meanwhile is read together. */
  readonly wakeMs: number;
}

/** A fast network on which everything goes well. */
export const CALM: Conditions = {
  latencyMs: 0.05,
  jitterMs: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
  segmentBytes: 65_536,
  sendBufferBytes: 262_144,
  receiveBufferBytes: 262_144,
  wakeMs: 0,
};
