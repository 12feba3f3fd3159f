import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { ConnectPlace, Settled } from '../seam/streams.ts';
import type { Wire } from '../seam/wire.ts';
import { NO_DESCRIPTORS, NO_FILE, NOT_INHERITED, NOT_OURS, REFUSED, TIMED_OUT, UNREACHABLE } from './causes.ts';
import type { Kernel } from './kernel.ts';
import type { Network } from './network.ts';
import type { PortOwner, SimPort } from './port.ts';
import { Lane } from './route.ts';
import type { SimEvent } from './schedule.ts';
import { SimSocket } from './socket.ts';
import { SimWire } from './wire.ts';

/** How often a connection request is repeated, and how long after the first one: the values of Linux. */
const RETRIES = 6;
const RETRY_MS = 1000;

/** The process that connects. */
export interface Caller extends PortOwner {
  readonly network: Network;
  readonly kernel: Kernel;
  readonly running: boolean;
  /** How many descriptors it has. */
  readonly descriptors: number;
  /** Gives the connection the descriptor that its attempt had, whatever the limit is by now. */
  keep(socket: SimSocket): void;
}

/** A connection attempt, from the request until both ends have a wire or it has failed. */
export class SimHandshake {
  readonly #caller: Caller;
  readonly #place: ConnectPlace;
  readonly #attempt: Settled<Wire>;
  #over = false;
  #retry: SimEvent | undefined;
  #socket: SimSocket | undefined;

  constructor(caller: Caller, place: ConnectPlace, attempt: Settled<Wire>) {
    this.#caller = caller;
    this.#place = place;
    this.#attempt = attempt;
  }

  begin(): void {
    const { kernel } = this.#caller;
    if (this.#caller.descriptors >= kernel.descriptorLimit) this.#fail(NO_DESCRIPTORS);
    else if (this.#place.kind === 'unix') this.#beginUNIX(kernel, this.#place.path);
    else if (this.#place.kind === 'tcp') this.#beginTCP(kernel, this.#place);
    else this.#fail(NOT_INHERITED);
  }

  cancel(): void {
    this.#over = true;
    this.#caller.schedule.cancel(this.#retry);
    this.#socket?.cut();
  }

  #beginUNIX(kernel: Kernel, path: string): void {
    const port = kernel.portAt({ family: 'UNIX', path });
    if (port === undefined) this.#fail(NO_FILE);
    else this.#request(kernel, port.name, { family: 'UNIX', path: '' }, 0);
  }

  #beginTCP(kernel: Kernel, place: Extract<ConnectPlace, { kind: 'tcp' }>): void {
    const family = place.host.includes(':') ? 'IPv6' : 'IPv4';
    const target = this.#caller.network.reach(kernel, place.host);
    const local = place.localHost ?? kernel.addressTowards(place.host);
    if (place.localHost !== undefined && !kernel.has(place.localHost)) this.#fail(NOT_OURS);
    else if (target === undefined || local === undefined) this.#fail(UNREACHABLE);
    else {
      const port = place.localPort ?? 0;
      const own: SocketName = { family, host: local, port: port === 0 ? kernel.freePort() : port };
      this.#request(target, { family, host: place.host, port: place.port }, own, 0);
    }
  }

  /** Sends the request. The peer's kernel accepts, refuses, or does not answer. */
  #request(target: Kernel, place: SocketName, own: SocketName, retries: number): void {
    const { kernel, network, schedule } = this.#caller;
    const lane = new Lane(network.route(kernel, target));
    const back = new Lane(network.route(target, kernel));
    if (retries > RETRIES) {
      this.#fail(TIMED_OUT);
      return;
    }
    this.#retry = schedule.after(RETRY_MS * 2 ** retries, () => this.#request(target, place, own, retries + 1));
    lane.send(0, () => {
      if (this.#over || !target.up) return;
      const port = target.portAt(place);
      if (port === undefined) back.send(0, () => this.#fail(REFUSED));
      else if (port.room) this.#answer(target, port, place, own, lane, back);
    });
  }

  #answer(target: Kernel, port: SimPort, place: SocketName, own: SocketName, lane: Lane, back: Lane): void {
    const { schedule, kernel, network } = this.#caller;
    schedule.cancel(this.#retry);
    const id = network.nextId();
    const near = new SimSocket(this.#caller, own, place, lane, `c${id}`);
    const far = new SimSocket(port.owner, place, own, back, `s${id}`);
    near.far = far;
    far.far = near;
    this.#socket = near;
    port.expect();
    target.sockets.add(far);
    back.send(0, () => {
      kernel.sockets.add(near);
      lane.send(0, () => port.receive(far));
      this.#connected(near);
    });
  }

  #connected(socket: SimSocket): void {
    if (this.#over || !socket.alive || !this.#caller.running) {
      socket.cut();
      return;
    }
    this.#over = true;
    this.#caller.keep(socket);
    this.#caller.note(`${socket.name} is connected`);
    const wire = new SimWire(this.#caller, socket);
    this.#caller.given.dialled += 1;
    this.#caller.adopting = wire;
    const sink = this.#caller.network.inside(() => this.#attempt.onReady(wire));
    this.#caller.adopting = undefined;
    if (sink === null) wire.close();
    else wire.attach(sink);
  }

  #fail(cause: Cause): void {
    if (this.#over) return;
    this.#caller.schedule.cancel(this.#retry);
    this.#caller.after(0, () => {
      if (this.#over) return;
      this.#over = true;
      this.#attempt.onFailed(cause);
    });
  }
}
