import { keyOf } from '../reactor/place-key.ts';
import { quoteStringArgument } from '../values/quote.ts';

/** Which of the sockets that the service manager passed: the one with `name`, or at `index`, or at `index` among those with `name`. */
export interface SystemdSocket {
  /** The name that its unit gives it, `FileDescriptorName=`; any unless set. */
  readonly name?: string;
  /** Its place in the order of the service manager, counted from 0. Needed unless one socket only has the name. */
  readonly index?: number;
  /** The family that the socket must have; any unless set. */
  readonly domain?: 'INET' | 'INET6' | 'UNIX';
}

/** The files that a server description names for TLS, by their paths as it has them. */
export interface TLSFiles {
  /** The certificate and those that certify it, in PEM. */
  readonly cert: string;
  /** The private key, in PEM. */
  readonly key: string;
  /** The authorities of clients, in PEM, if it names them. */
  readonly ca?: string;
}

/** Where a server description listens, beneath TLS and PROXY headers; `placeOf` returns it. */
export type ServerPlace = {
  /**
   * Tells the place from others: a server description with the place alone, in one spelling, such as `tcp:8007:interface=0.0.0.0`.
   * Descriptions of the same place have the same key, whatever they say of TLS, PROXY headers, backlog and mode. A path is
   * compared as it is written, a host name without regard to case; neither is looked up.
   */
  readonly key: string;
  /** The files of its certificates, if it has TLS. */
  readonly tls?: TLSFiles;
} & (
  | {
      readonly kind: 'tcp';
      /** The interface: an IP literal without brackets, or a host name; `0.0.0.0` for all of IPv4, `::` for all of both families. */
      readonly host: string;
      /** The port, 0 to 65,535; 0 picks a free one. */
      readonly port: number;
      /** How many connections may wait to be accepted; 4,096 unless the description says another number. */
      readonly backlog: number;
      /** Whether it is for IPv6 alone; absent unless the description says so. */
      readonly ipv6Only?: boolean;
      /** Whether others may have the same address; absent unless the description says so. */
      readonly reusePort?: boolean;
    }
  | {
      readonly kind: 'unix';
      /** The path, as the description has it. */
      readonly path: string;
      /** The permissions of the socket's file (chmod(2)); 0o660 unless the description says others. */
      readonly mode: number;
      /** How many connections may wait to be accepted; 4,096 unless the description says another number. */
      readonly backlog: number;
    }
  | {
      readonly kind: 'fd';
      /** The number of a descriptor that the process inherited. */
      readonly fd: number;
      /** How many connections may wait to be accepted; 4,096 unless the description says another number. */
      readonly backlog: number;
    }
  | {
      readonly kind: 'systemd';
      /** Which of the sockets that the service manager passed. */
      readonly socket: SystemdSocket;
      /** How many connections may wait to be accepted; 4,096 unless the description says another number. */
      readonly backlog: number;
    }
  | { readonly kind: 'stdio' }
);

/** The key of a socket that systemd opened: which of its sockets, but not what family it has to have. */
export function systemdKey({ name, index }: SystemdSocket): string {
  const named = name === undefined ? [] : [`name=${quoteStringArgument(name)}`];
  const counted = index === undefined ? [] : [`index=${index}`];
  return ['systemd', ...named, ...counted].join(':');
}

/** Adds the key of a place, unless systemd opened it. */
export function keyed<P extends Parameters<typeof keyOf>[0]>(place: P): P & { readonly key: string } {
  return { ...place, key: keyOf(place) };
}
