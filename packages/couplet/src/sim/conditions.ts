/** What the network does to what travels from one host to another, and how much either end keeps. */
export interface Conditions {
  /** How long everything travels, one way. */
  readonly latencyMs: number;
  /** How much longer it may travel; what was sent first still arrives first. */
  readonly jitterMs: number;
  /** How many bytes fit through in a millisecond, all connections together. */
  readonly bytesPerMs: number;
  /** How many bytes travel together at most; each piece has a size of its own. */
  readonly segmentBytes: number;
  /** How many bytes a socket keeps that are not under way yet. */
  readonly sendBufferBytes: number;
  /** How many bytes a socket keeps that were not read yet. */
  readonly receiveBufferBytes: number;
  /** How late a process may notice that it can read; what arrives meanwhile is read together. */
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
