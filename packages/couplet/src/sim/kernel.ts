import type { InetName, SocketName, UnixName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import { IN_USE, NOT_OURS } from './causes.ts';
import type { Command } from './command.ts';
import type { NetworkPlace, SimPort } from './port.ts';
import type { SimSocket } from './socket.ts';

/** The first of the ports that are picked for sockets which do not ask for one. */
const EPHEMERAL = 32_768;

/** The kernel of a simulated host: addresses, ports, and sockets, which outlive their processes. */
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
  /** The commands that can be started, by name, and the processes that run one. */
  readonly programs: Map<string, Command> = new Map();
  readonly commands: Set<{ vanish(): void }> = new Set();
  #lastPort = EPHEMERAL;
  #lastPid = 0;
  /** Counts the connections to ports that share their address. */
  #turn = 0;

  constructor(name: string, addresses: readonly string[]) {
    this.name = name;
    this.addresses = addresses;
  }

  /** Returns the id of a new process. */
  newPid(): number {
    this.#lastPid += 1;
    return this.#lastPid;
  }

  /** Takes an address for a port that is being opened. Returns the cause if that is impossible. */
  bind(place: NetworkPlace): InetName | UnixName | Cause {
    if (place.kind === 'unix') {
      const name: UnixName = { family: 'UNIX', path: place.path };
      return this.portAt(name) === undefined ? name : IN_USE;
    }
    if (!this.has(place.host)) return NOT_OURS;
    const family = place.host.includes(':') ? 'IPv6' : 'IPv4';
    const name: InetName = { family, host: place.host, port: place.port === 0 ? this.freePort() : place.port };
    const { ipv6Only = false, reusePort = false } = place;
    const taken = [...this.ports].some(
      (port) => !(port.shared && reusePort) && (takes(port, name) || takes({ name, ipv6Only }, port.name)),
    );
    return taken ? IN_USE : name;
  }

  /** The port that accepts connections to an address. Those that share one get a connection each, in turn. */
  portAt(name: SocketName): SimPort | undefined {
    const ports = [...this.ports].filter((port) => takes(port, name));
    if (ports.length < 2) return ports[0];
    this.#turn += 1;
    return ports[this.#turn % ports.length];
  }

  /** A port number that no port listens on. */
  freePort(): number {
    const used = new Set([...this.ports].map(({ name }) => ('port' in name ? name.port : 0)));
    do this.#lastPort = this.#lastPort === 65_535 ? EPHEMERAL : this.#lastPort + 1;
    while (used.has(this.#lastPort));
    return this.#lastPort;
  }

  /** Whether an address can be bound on this host. */
  has(address: string): boolean {
    return address === '0.0.0.0' || address === '::' || isLoopback(address) || this.addresses.includes(address);
  }

  /** The address of this host from which another one is reached. */
  addressTowards(address: string): string | undefined {
    if (isLoopback(address)) return address;
    return this.addresses.find((own) => own.includes(':') === address.includes(':'));
  }
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Whether a port that is bound to a name accepts connections to an address. */
function takes({ name: port, ipv6Only }: Pick<SimPort, 'name' | 'ipv6Only'>, name: SocketName): boolean {
  if (port.family === 'UNIX') return name.family === 'UNIX' && port.path === name.path;
  if (!('port' in port && 'port' in name) || port.port !== name.port) return false;
  if (port.host === '::') return name.family === 'IPv6' || !ipv6Only;
  return port.host === name.host || (port.host === '0.0.0.0' && name.family === 'IPv4');
}
