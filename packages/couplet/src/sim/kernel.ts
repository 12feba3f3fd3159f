import type { InetName, SocketName, UnixName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import { IN_USE, NOT_OURS } from './causes.ts';
import type { NetworkPlace, SimPort } from './port.ts';
import type { SimSocket } from './socket.ts';

/** Where the ports begin that are picked for those who ask for none. */
const EPHEMERAL = 32_768;

/** What a simulated host keeps for its processes: addresses, ports, and sockets that outlive them. */
export class Kernel {
  readonly name: string;
  readonly addresses: readonly string[];
  /** False from a loss of power to the restart. */
  up = true;
  /** How many descriptors a process may have. */
  descriptorLimit: number = Number.POSITIVE_INFINITY;
  /** How far the host's wall clock is ahead of the world's, in milliseconds. */
  clockOffsetMs = 0;
  readonly ports: Set<SimPort> = new Set();
  readonly sockets: Set<SimSocket> = new Set();
  #lastPort = EPHEMERAL;
  #lastPid = 0;

  constructor(name: string, addresses: readonly string[]) {
    this.name = name;
    this.addresses = addresses;
  }

  /** A number for a process that begins. */
  newPid(): number {
    this.#lastPid += 1;
    return this.#lastPid;
  }

  /** Takes an address for a port that is to be opened; the cause when that is impossible. */
  bind(place: NetworkPlace): InetName | UnixName | Cause {
    if (place.kind === 'unix') {
      const name: UnixName = { family: 'UNIX', path: place.path };
      return this.portAt(name) === undefined ? name : IN_USE;
    }
    if (!this.has(place.host)) return NOT_OURS;
    const family = place.host.includes(':') ? 'IPv6' : 'IPv4';
    const name: InetName = { family, host: place.host, port: place.port === 0 ? this.freePort() : place.port };
    const taken = [...this.ports].some((port) => takes(port.name, name) || takes(name, port.name));
    return taken ? IN_USE : name;
  }

  /** The port that takes connections to that address. */
  portAt(name: SocketName): SimPort | undefined {
    for (const port of this.ports) if (takes(port.name, name)) return port;
    return undefined;
  }

  /** A port number that nobody listens on. */
  freePort(): number {
    const used = new Set([...this.ports].map(({ name }) => ('port' in name ? name.port : 0)));
    do this.#lastPort = this.#lastPort === 65_535 ? EPHEMERAL : this.#lastPort + 1;
    while (used.has(this.#lastPort));
    return this.#lastPort;
  }

  /** True for an address that can be bound here. */
  has(address: string): boolean {
    return address === '0.0.0.0' || address === '::' || isLoopback(address) || this.addresses.includes(address);
  }

  /** The own address from which that one is reached. */
  addressTowards(address: string): string | undefined {
    if (isLoopback(address)) return address;
    return this.addresses.find((own) => own.includes(':') === address.includes(':'));
  }
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** True when a port of that name takes connections to that address. */
function takes(port: SocketName, name: SocketName): boolean {
  if (port.family === 'UNIX') return name.family === 'UNIX' && port.path === name.path;
  if (!('port' in port && 'port' in name) || port.port !== name.port) return false;
  return port.host === name.host || port.host === '::' || (port.host === '0.0.0.0' && name.family === 'IPv4');
}
