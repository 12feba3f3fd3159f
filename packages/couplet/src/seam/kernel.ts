/** The process at the other end of a UNIX socket, as it was when it connected, or began to listen (SO_PEERCRED, unix(7)). */
export interface PeerCredentials {
  /** The id of the process, which may have ended since; 0 if it is of another container whose ids this process does not see. */
  readonly pid: number;
  /** The id of its user. */
  readonly uid: number;
  /** The id of its group. */
  readonly gid: number;
}

/** What the system knows of a TCP connection at one moment (TCP_INFO, tcp(7)). */
export type TcpInfo = {
  /** The state of RFC 9293, such as `ESTABLISHED` or `CLOSE_WAIT`. */
  readonly state: string;
  /** How long the peer takes to acknowledge a segment, in milliseconds, averaged. */
  readonly roundTripMs: number;
  /** By how many milliseconds that varies, averaged. */
  readonly roundTripVariationMs: number;
  /** After how many milliseconds without an acknowledgement a segment is sent again. */
  readonly retransmitTimeoutMs: number;
  /** How many segments were sent again, since the connection was made. */
  readonly retransmits: number;
  /** How many segments may be sent and not acknowledged, by the control of congestion. */
  readonly congestionWindow: number;
  /** How many bytes a segment has at most. */
  readonly segmentBytes: number;
  /** How many segments are sent and not acknowledged. */
  readonly unacked: number;
  /** How many bytes the system has taken and not sent for the first time yet. */
  readonly unsentBytes: number;
  /** How many bytes the peer acknowledged per second, by the last measurement; 0 before the first. */
  readonly deliveryRate: number;
  /** How many milliseconds ago data was sent last. */
  readonly lastSentMs: number;
  /** How many milliseconds ago data arrived last. */
  readonly lastReceivedMs: number;
};

/** What the system tells of a socket, and does with it, beyond bytes. It costs nothing unless it is asked for. */
export interface KernelSocket {
  /** Who is at the other end of a UNIX socket; undefined on other sockets, and once the wire is closed. */
  peerCredentials(): PeerCredentials | undefined;
  /** What is known of a TCP connection; undefined on other sockets, and once the wire is closed. */
  tcpInfo(): TcpInfo | undefined;
  /**
   * Sends a copy of an open descriptor along with the next bytes that the system takes (SCM_RIGHTS, unix(7)); of a wire that closes before
   * that, the copy is closed. Throws an `Error` for one that is not open, or is one too many. Absent but on UNIX sockets without TLS.
   */
  sendDescriptor?(fd: number): void;
  /**
   * From now on `received` is called for each descriptor that comes, before the bytes that it came with; those of one message are told one
   * after the other, also after a `pause`. One that it does not take, by returning false, is closed. Until this is called the system
   * closes what comes. Absent in the same way; called at most once.
   */
  receiveDescriptors?(received: (fd: number) => boolean): void;
}
