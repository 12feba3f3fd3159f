import type { HostAddress, InetName, UnixName } from '../seam/address.ts';
import type { Backend, Resolver } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { ClockFacet } from '../seam/clock.ts';
import type { Processes } from '../seam/processes.ts';
import type { Listener, ListenPlace, ListenSink, Streams } from '../seam/streams.ts';
import type { Signal, Surroundings } from '../seam/surroundings.ts';
import type { Dice } from '../time/dice.ts';
import { adopt } from './adopt.ts';
import { ALREADY_USED, NO_ANSWER, NO_DESCRIPTORS, NO_FILE, NO_NAME, NOT_INHERITED } from './causes.ts';
import { type Parent, SimChild } from './child.ts';
import { SimHandshake } from './handshake.ts';
import type { Kernel } from './kernel.ts';
import type { Network } from './network.ts';
import { type NetworkPlace, SimPort } from './port.ts';
import type { Schedule, SimEvent } from './schedule.ts';
import type { SimSocket } from './socket.ts';
import { contextOf } from './tls-context.ts';
import type { Given, SimWire } from './wire.ts';

/** A handler of signals. */
interface Catcher {
  readonly names: readonly Signal[];
  readonly caught: (name: Signal) => void;
}

/** A process on a simulated host: the backend of one reactor. Once it has ended, nothing that it began continues. */
export class Process implements Backend, Parent {
  readonly name: string;
  readonly network: Network;
  readonly kernel: Kernel;
  /** The lines that it printed on standard error. */
  readonly complaints: string[] = [];
  readonly #dice: Dice;
  readonly #ports: Set<SimPort> = new Set();
  /** The sockets that it inherited, by their descriptors. */
  readonly #inherited: Map<number, SimPort> = new Map();
  /** Those before it are standard input, output and error. */
  #nextDescriptor = 3;
  readonly #sockets: Set<SimSocket> = new Set();
  readonly #catchers: Set<Catcher> = new Set();
  readonly children: Set<SimChild> = new Set();
  /** The backends of its other reactors, which share its fate. */
  readonly #siblings: Process[] = [];
  /** Called when it ends by force. */
  readonly atEnd: (() => void)[] = [];
  /** The wire that is getting a protocol now. */
  adopting: SimWire | undefined;
  readonly given: Given = { accepted: 0, dialled: 0, adopted: 0, acceptFailures: 0 };
  #alarm: SimEvent | undefined;
  #running = true;

  constructor(network: Network, kernel: Kernel, name: string) {
    this.network = network;
    this.kernel = kernel;
    this.name = name;
    this.#dice = network.diceFor(name);
    this.surroundings = {
      pid: kernel.newPid(),
      environment: () => undefined,
      readFile: async () => NO_FILE,
      catchSignals: (names, caught) => this.#catch({ names, caught }),
      warn: (line) => this.complain(line),
    };
  }

  get schedule(): Schedule {
    return this.network.schedule;
  }

  get powered(): boolean {
    return this.kernel.up;
  }

  get running(): boolean {
    return this.#running;
  }

  /** How many descriptors it has open: its connections and its ports. */
  get descriptors(): number {
    return this.#sockets.size + this.#ports.size;
  }

  /** What it still holds, a line each: connections, ports, an alarm. Empty when it holds nothing. */
  get leftovers(): readonly string[] {
    return [
      ...[...this.#sockets].map(({ name }) => name),
      ...[...this.#ports].map(({ name }) => `the port ${JSON.stringify(name)}`),
      ...[...this.children].map(({ name }) => name),
      ...(this.#alarm === undefined ? [] : [`an alarm at ${this.#alarm.key}`]),
      ...(this.#catchers.size === 0 ? [] : ['a signal handler']),
      ...this.#siblings.flatMap(({ leftovers }) => leftovers),
    ];
  }

  // The backend.

  readonly clock: ClockFacet = {
    now: () => this.schedule.now,
    wallClock: () => this.network.epochMs + this.schedule.now + this.kernel.clockOffsetMs,
    random: () => this.#dice.random(),
    alarm: (at, ring) => this.#setAlarm(at, ring),
    defer: (task) => {
      void Promise.resolve().then(() => {
        if (this.#running) this.network.inside(task);
      });
    },
    yield: (task) => void this.after(0, task),
  };

  readonly streams: Streams = {
    listen: async (place, sink) => this.#listen(place, sink),
    connect: (place, attempt) => {
      const handshake = new SimHandshake(this, place, attempt);
      if (this.#running) handshake.begin();
      return { cancel: () => handshake.cancel() };
    },
    adopt: (place, settled) => {
      if (this.#running) adopt(this, place, settled);
    },
    tlsContext: contextOf,
  };

  readonly names: Resolver = { resolve: (host) => this.#resolve(host) };

  readonly surroundings: Surroundings;

  readonly processes: Processes = { spawn: (place, sink) => SimChild.spawn(this, place, sink) };

  readonly released = (bytes: Buffer): void => {
    bytes.fill(0xdb);
  };

  /** What it has is counted apart: a witness compares what one reactor tells with what its backend gave it. */
  readonly sibling = (): Backend => {
    const one = new Process(this.network, this.kernel, `${this.name}+${this.#siblings.length + 1}`);
    this.#siblings.push(one);
    return one;
  };

  // The world's side.

  /** Runs a task of this process after a delay; never once the process has ended. */
  after(delayMs: number, task: () => void): SimEvent {
    return this.schedule.after(delayMs, () => {
      if (this.#running) this.network.inside(task);
    });
  }

  /** Gives it a socket that is bound already. Returns its descriptor. Throws an `Error` if the place is taken. */
  inherit(place: NetworkPlace): number {
    const name = this.kernel.bind(place);
    if ('kind' in name) throw new Error(name.detail);
    const fd = this.#nextDescriptor;
    this.#nextDescriptor += 1;
    this.#inherited.set(fd, this.#hold(new SimPort(this, name, place, undefined)));
    return fd;
  }

  /** Sends it a signal. It ends if it has no handler for it. */
  signal(signal: Signal): void {
    this.note(`gets ${signal}`);
    const catchers = [this, ...this.#siblings]
      .flatMap((one) => [...one.#catchers])
      .filter(({ names }) => names.includes(signal));
    if (catchers.length === 0) this.kill();
    for (const { caught } of catchers) this.after(0, () => caught(signal));
  }

  /** Kills it: none of its code runs any more, and its kernel closes what it had. */
  kill(): void {
    if (!this.#running) return;
    this.note('is killed');
    this.#end();
    for (const socket of [...this.#sockets]) socket.orphan();
    for (const one of this.#siblings) one.kill();
  }

  /** Its host has lost power: it ends, and no peer is told. */
  vanish(): void {
    if (!this.#running) return;
    this.#end();
    for (const socket of [...this.#sockets]) socket.vanish();
    for (const one of this.#siblings) one.vanish();
  }

  /** Counts a descriptor for a connection, whatever the limit is: its attempt already had it. */
  keep(socket: SimSocket): void {
    this.#sockets.add(socket);
  }

  /** Takes a descriptor for a connection. Returns false if there is none left. */
  hold(socket: SimSocket): boolean {
    if (this.descriptors >= this.kernel.descriptorLimit) return false;
    this.#sockets.add(socket);
    return true;
  }

  /** Gives a connection's descriptor back. */
  forgo(socket: SimSocket): void {
    this.#sockets.delete(socket);
  }

  forget(socket: SimSocket): void {
    this.kernel.sockets.delete(socket);
  }

  complain(line: string): void {
    this.note(`complains: ${line}`);
    this.complaints.push(line);
  }

  note(what: string): void {
    this.network.note(`${this.name} ${what}`);
  }

  fault(what: string): void {
    this.network.fault(`${this.name} ${what}`);
  }

  #setAlarm(at: number | undefined, ring: () => void): void {
    this.schedule.cancel(this.#alarm);
    this.#alarm = undefined;
    if (at === undefined || at === Number.POSITIVE_INFINITY) return;
    this.#alarm = this.schedule.at(at, () => {
      this.#alarm = undefined;
      this.network.inside(ring);
    });
  }

  #listen(place: ListenPlace, sink: ListenSink): Listener | Cause | Promise<never> {
    // Code of a process that has ended may still run; it has no effect.
    if (!this.#running) return new Promise(() => {});
    if (place.kind === 'stdio') return NOT_INHERITED;
    if (place.kind === 'fd') return this.#goOn(place.fd, sink);
    if (this.descriptors >= this.kernel.descriptorLimit) return NO_DESCRIPTORS;
    const name = this.kernel.bind(place);
    if ('kind' in name) return name;
    const port = this.#hold(new SimPort(this, name, place, sink));
    this.note(`listens on ${textOf(name)}`);
    return { name, close: () => this.#close(port) };
  }

  /** Listens on a socket that it inherited. */
  #goOn(fd: number, sink: ListenSink): Listener | Cause {
    const port = this.#inherited.get(fd);
    if (port === undefined) return NOT_INHERITED;
    if (port.accepts) return ALREADY_USED;
    const { name } = port;
    port.resume(sink);
    this.note(`listens on descriptor ${fd}`);
    return {
      name,
      close: () => {
        this.#inherited.delete(fd);
        return this.#close(port);
      },
      suspend: async () => port.suspend(),
    };
  }

  #hold(port: SimPort): SimPort {
    this.#ports.add(port);
    this.kernel.ports.add(port);
    return port;
  }

  #resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    const { names } = this.network;
    return new Promise((resolve) => {
      this.after(names.delayMs, () => {
        const answer = names.answerTo(host);
        this.note(`looks ${host} up: ${typeof answer === 'string' ? answer : answer.join(' ')}`);
        if (answer === 'silent') return;
        if (answer === 'failing') resolve(NO_ANSWER);
        else if (answer === 'missing' || answer.length === 0) resolve(NO_NAME);
        else resolve(answer.map((address) => ({ family: address.includes(':') ? 'IPv6' : 'IPv4', host: address })));
      });
    });
  }

  #catch(catcher: Catcher): () => void {
    this.#catchers.add(catcher);
    return () => this.#catchers.delete(catcher);
  }

  #end(): void {
    this.#running = false;
    this.schedule.cancel(this.#alarm);
    this.#alarm = undefined;
    this.#catchers.clear();
    for (const port of this.#ports) this.#shut(port);
    for (const task of this.atEnd) task();
  }

  #close(port: SimPort): Promise<void> {
    this.#shut(port);
    return new Promise((resolve) => this.after(0, resolve));
  }

  #shut(port: SimPort): void {
    port.close();
    this.#ports.delete(port);
    this.kernel.ports.delete(port);
  }
}

function textOf(name: InetName | UnixName): string {
  return name.family === 'UNIX' ? name.path : `${name.host}:${name.port}`;
}
