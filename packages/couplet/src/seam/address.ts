/** One answer of the resolver. */
export interface HostAddress {
  /** The family of the address. */
  readonly family: 'IPv4' | 'IPv6';
  /** The address: an IP literal without brackets. */
  readonly host: string;
}

/** One end of a TCP connection, as a backend reports it. */
export interface InetName extends HostAddress {
  /** The port, 0 to 65,535. */
  readonly port: number;
}

/** One end of a UNIX socket. */
export interface UnixName {
  readonly family: 'UNIX';
  /** The path of the socket; empty at the end that did not bind. */
  readonly path: string;
}

/** Either end of standard input and output, or of a stream: a pipe, a file or a terminal has no address. */
export interface PipeName {
  readonly family: 'PIPE';
}

/** The name of a socket: what getsockname(2) and getpeername(2) report. */
export type SocketName = InetName | UnixName | PipeName;
