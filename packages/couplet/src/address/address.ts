import type { SocketName } from '../seam/address.ts';
import { oneLine } from '../values/one-line.ts';

/** An IPv4 address and a TCP port. */
export class IPv4Address {
  /** Tells the addresses of a connection apart. */
  readonly family = 'IPv4';
  /** The transport protocol. */
  readonly type = 'TCP';
  /** The address as four decimal numbers, such as `192.0.2.1`. */
  readonly host: string;
  /** The port, 0 to 65,535. */
  readonly port: number;
  /** `host` is an address in dotted decimal form, `port` is 0 to 65,535. Neither is checked. */
  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }
  /** `host:port`, as in a URL (the authority of RFC 3986). */
  get authority(): string {
    return `${this.host}:${this.port}`;
  }
  /** Returns the address as text for logs: `IPv4Address(type='TCP', host='192.0.2.1', port=80)`. */
  toString(): string {
    return `IPv4Address(type='TCP', host='${this.host}', port=${this.port})`;
  }
}

/** An IPv6 address and a TCP port. */
export class IPv6Address {
  /** Tells the addresses of a connection apart. */
  readonly family = 'IPv6';
  /** The transport protocol. */
  readonly type = 'TCP';
  /** The address without brackets, such as `2001:db8::1`; a link-local one with its zone, such as `fe80::1%eth0`. */
  readonly host: string;
  /** The port, 0 to 65,535. */
  readonly port: number;
  /** `host` is an address without brackets, `port` is 0 to 65,535. Neither is checked. */
  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }
  /** `[host]:port`, as in a URL (the authority of RFC 3986). */
  get authority(): string {
    return `[${this.host}]:${this.port}`;
  }
  /** Returns the address as text for logs: `IPv6Address(type='TCP', host='2001:db8::1', port=80)`. */
  toString(): string {
    return `IPv6Address(type='TCP', host='${this.host}', port=${this.port})`;
  }
}

/** The path of a UNIX socket. The connecting end does not have one: its path is empty. */
export class UNIXAddress {
  /** Tells the addresses of a connection apart. */
  readonly family = 'UNIX';
  /** The path, not escaped: a proxy may have announced any bytes, and an abstract name (unix(7)) begins with a NUL. */
  readonly path: string;
  /** `path` is the path of the socket, empty for an end without one. It is not checked. */
  constructor(path: string) {
    this.path = path;
  }
  /**
   * The path as one printable line, or `unix:` for an end without one. What cannot be printed is escaped as in JavaScript, the
   * backslash is not.
   */
  get authority(): string {
    return this.path === '' ? 'unix:' : oneLine(this.path);
  }
  /** Returns the address as text for logs, in one printable line: `UNIXAddress('/run/echo.sock')`. */
  toString(): string {
    return `UNIXAddress('${oneLine(this.path)}')`;
  }
}

/** The address of either end of a connection over what has no addresses: standard input and output, or an adopted stream. */
export class PipeAddress {
  /** Tells the addresses of a connection apart. */
  readonly family = 'PIPE';
  /** `stdio`, always. */
  get authority(): string {
    return 'stdio';
  }
  /** Returns the address as text for logs: `PipeAddress()`. */
  toString(): string {
    return 'PipeAddress()';
  }
}

/** The address of one end of a connection, or of a port. `family` tells the kinds apart; those with a `port` are TCP. */
export type Address = IPv4Address | IPv6Address | UNIXAddress | PipeAddress;

/** Stands for the address of a socket that was gone before it was asked for its address. */
const UNKNOWN: Address = new IPv4Address('0.0.0.0', 0);

/** All interfaces: of IPv4, of both families, and of IPv4 by a socket of IPv6. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0']);

/** True for the address of a port that listens on all interfaces: those of its connections are others. */
export function isWildcard(address: Address): boolean {
  return 'host' in address && WILDCARDS.has(address.host);
}

/** True unless the socket was gone before it was asked for the address. */
export function isKnown(address: Address): boolean {
  return address !== UNKNOWN;
}

/** Returns the address that a socket name of a backend stands for. */
export function addressOf(name: SocketName | undefined): Address {
  if (name === undefined) return UNKNOWN;
  switch (name.family) {
    case 'IPv4':
      return new IPv4Address(name.host, name.port);
    case 'IPv6':
      return new IPv6Address(name.host, name.port);
    case 'UNIX':
      return new UNIXAddress(name.path);
    case 'PIPE':
      return new PipeAddress();
  }
}
