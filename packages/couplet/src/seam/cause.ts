/** Why a wire closed, or why an operation failed. Backends translate the errors of their runtime into these kinds. */
export interface Cause {
  /**
   * The kind of failure; everything above the seam decides by it alone:
   * - `done`: closed in order, by both sides or by this one
   * - `reset`: the peer or the network cut the connection
   * - `timeout`: the network gave up on the peer
   * - `expired`: its time was up, by a policy of this side
   * - `refused`: no process listens there
   * - `unreachable`: there is no route to the host
   * - `lookup`: the name has no address
   * - `bind`: the local address cannot be used
   * - `tls`: the handshake failed, or TLS broke: the certificate is not valid, or the peer does not speak TLS
   * - `other`: anything else; see `code` and `detail`
   */
  readonly kind:
    | 'done'
    | 'reset'
    | 'timeout'
    | 'expired'
    | 'refused'
    | 'unreachable'
    | 'lookup'
    | 'bind'
    | 'tls'
    | 'other';
  /** The system's name of the error, such as `ECONNRESET`; empty when there is none. */
  readonly code: string;
  /** What happened, in one line for a person to read. */
  readonly detail: string;
}
