/** One end of a TCP connection, as a backend reports it. `host` is an IP literal without brackets. */
export interface InetName {
  readonly family: 'IPv4' | 'IPv6';
  readonly host: string;
  readonly port: number;
}

/** One end of a UNIX socket. The end that did not bind has the empty path. */
export interface UnixName {
  readonly family: 'UNIX';
  readonly path: string;
}

/** Either end of standard input and output: a pipe, a file or a terminal has no address. */
export interface PipeName {
  readonly family: 'PIPE';
}

/** The name of a socket: what getsockname(2) and getpeername(2) tell. */
export type SocketName = InetName | UnixName | PipeName;

/** One answer of the resolver. */
export interface HostAddress {
  readonly family: 'IPv4' | 'IPv6';
  readonly host: string;
}
