import type { SocketName } from '../seam/address.ts';
import { oneLine } from '../values/one-line.ts';

/** An IPv4 address and TCP port. */
export class IPv4Address {
  readonly family = 'IPv4';
  readonly type = 'TCP';
  /** Dotted quad. */
  readonly host: string;
  readonly port: number;
  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }
  /** `host:port`, as in a URL (the authority of RFC 3986). */
  get authority(): string {
    return `${this.host}:${this.port}`;
  }
  toString(): string {
    return `IPv4Address(type='TCP', host='${this.host}', port=${this.port})`;
  }
}

/** An IPv6 address and TCP port. */
export class IPv6Address {
  readonly family = 'IPv6';
  readonly type = 'TCP';
  /** The literal, without brackets. */
  readonly host: string;
  readonly port: number;
  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }
  /** `[host]:port`, as in a URL (the authority of RFC 3986). */
  get authority(): string {
    return `[${this.host}]:${this.port}`;
  }
  toString(): string {
    return `IPv6Address(type='TCP', host='${this.host}', port=${this.port})`;
  }
}

/** The path of a UNIX socket; the connecting end has none, so its path is empty. */
export class UNIXAddress {
  readonly family = 'UNIX';
  /** As it is: a proxy may have announced any bytes, and an abstract name (unix(7)) begins with a NUL. */
  readonly path: string;
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
  toString(): string {
    return `UNIXAddress('${oneLine(this.path)}')`;
  }
}

/** Either end of a connection over standard input and output. */
export class PipeAddress {
  readonly family = 'PIPE';
  get authority(): string {
    return 'stdio';
  }
  toString(): string {
    return 'PipeAddress()';
  }
}

/** One end of a connection, or where a port listens. `family` tells which; those with a `port` are TCP. */
export type Address = IPv4Address | IPv6Address | UNIXAddress | PipeAddress;

/** Stands for the address of a socket that is gone and was not asked while it was there. */
const UNKNOWN: Address = new IPv4Address('0.0.0.0', 0);

/** The address that a backend's socket name stands for. */
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
