import type { SocketName } from '../seam/address.ts';

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
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  /** The path, or `unix:` for an end without one. */
  get authority(): string {
    return this.path === '' ? 'unix:' : this.path;
  }
  toString(): string {
    return `UNIXAddress('${this.path}')`;
  }
}

/** One end of a connection, or where a port listens. `family` tells which. */
export type Address = IPv4Address | IPv6Address | UNIXAddress;

/** The address that a backend's socket name stands for. */
export function addressOf(name: SocketName): Address {
  if (name.family === 'UNIX') return new UNIXAddress(name.path);
  return name.family === 'IPv4' ? new IPv4Address(name.host, name.port) : new IPv6Address(name.host, name.port);
}
