/**
 * Why a wire closed, or why an operation failed. Backends translate the errors of their runtime into these kinds;
 * everything above the seam decides by `kind` alone.
 *
 * - `done`: closed in order, by both sides or by this one
 * - `reset`: the peer or the network cut the connection
 * - `timeout`: the network gave up on the peer
 * - `expired`: its time was up, by a policy of this side
 * - `refused`: nobody listens there
 * - `unreachable`: no route to the host
 * - `lookup`: the name has no address
 * - `bind`: the local address cannot be used
 * - `tls`: the handshake failed, or TLS broke: a certificate that is not good, a peer that does not speak it
 * - `other`: anything else; `code` and `detail` tell
 */
export interface Cause {
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
  /** One line for a person to read. */
  readonly detail: string;
}
