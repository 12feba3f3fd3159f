import type { HostAddress, InetName, UnixName } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsClientSettings, TlsServerSettings } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Dice } from '../time/dice.ts';
import { NO_ANSWER, NO_DESCRIPTORS, NO_FILE, NO_NAME, NOT_INHERITED } from './causes.ts';
import type { Caller } from './handshake.ts';
import { SimHandshake } from './handshake.ts';
import type { Kernel } from './kernel.ts';
import type { Network } from './network.ts';
import { SimPort } from './port.ts';
import type { Schedule, SimEvent } from './schedule.ts';
import type { SimSocket } from './socket.ts';
import type { SimTlsContext } from './tls-context.ts';
import { contextOf } from './tls-context.ts';
import type { SimWire } from './wire.ts';

/** A process on a simulated host: the backend of one reactor. When it has ended, nothing that it began goes on. */
export class Process implements Backend, Caller {
  readonly name: string;
  readonly pid: number;
  readonly network: Network;
  readonly kernel: Kernel;
  /** What it printed on standard error, a line each. */
  readonly complaints: string[] = [];
  readonly #dice: Dice;
  readonly #ports: Set<SimPort> = new Set();
  readonly #sockets: Set<SimSocket> = new Set();
  readonly #signals: Set<(signal: StopSignal) => void> = new Set();
  /** The wire that is being given a protocol. */
  adopting: SimWire | undefined;
  #alarm: SimEvent | undefined;
  #running = true;

  constructor(network: Network, kernel: Kernel, name: string) {
    this.network = network;
    this.kernel = kernel;
    this.name = name;
    this.pid = kernel.newPid();
    this.#dice = network.diceFor(name);
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

  /** How many descriptors it has: its connections and its ports. */
  get descriptors(): number {
    return this.#sockets.size + this.#ports.size;
  }

  /** What it still has: connections, ports, an alarm. Empty when it holds nothing. */
  get leftovers(): readonly string[] {
    return [
      ...[...this.#sockets].map(({ name }) => name),
      ...[...this.#ports].map(({ name }) => `the port ${JSON.stringify(name)}`),
      ...(this.#alarm === undefined ? [] : [`an alarm at ${this.#alarm.key}`]),
      ...(this.#signals.size === 0 ? [] : ['a signal handler']),
    ];
  }

  // The backend.

  now(): number {
    return this.schedule.now;
  }

  wallClock(): number {
    return this.network.epochMs + this.schedule.now + this.kernel.clockOffsetMs;
  }

  random(): number {
    return this.#dice.random();
  }

  alarm(at: number | undefined, ring: () => void): void {
    this.schedule.cancel(this.#alarm);
    this.#alarm = undefined;
    if (at === undefined || at === Number.POSITIVE_INFINITY) return;
    this.#alarm = this.schedule.at(at, () => {
      this.#alarm = undefined;
      this.network.inside(ring);
    });
  }

  defer(task: () => void): void {
    void Promise.resolve().then(() => {
      if (this.#running) this.network.inside(task);
    });
  }

  yield(task: () => void): void {
    this.after(0, task);
  }

  async listen(
    place: ListenPlace,
    accept: (wire: Wire) => Sink | null,
    troubled: (cause: Cause) => void,
  ): Promise<Listener | Cause> {
    // Code of a process that has ended may still run; it reaches nothing and nobody.
    if (!this.#running) return new Promise(() => {});
    if (place.kind === 'fd' || place.kind === 'stdio') return NOT_INHERITED;
    if (this.descriptors >= this.kernel.descriptorLimit) return NO_DESCRIPTORS;
    const name = this.kernel.bind(place);
    if ('kind' in name) return name;
    const port = new SimPort(this, name, place, accept, troubled);
    this.#ports.add(port);
    this.kernel.ports.add(port);
    this.note(`listens on ${textOf(name)}`);
    return { name, close: () => this.#close(port) };
  }

  tlsContext(settings: TlsServerSettings | TlsClientSettings): SimTlsContext | Cause {
    return contextOf(settings);
  }

  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    const handshake = new SimHandshake(this, place, attempt);
    if (this.#running) handshake.begin();
    return { cancel: () => handshake.cancel() };
  }

  resolve(host: string): Promise<readonly HostAddress[] | Cause> {
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

  environment(): undefined {
    return undefined;
  }

  async readFile(): Promise<Buffer | Cause> {
    return NO_FILE;
  }

  catchSignals(caught: (signal: StopSignal) => void): () => void {
    this.#signals.add(caught);
    return () => this.#signals.delete(caught);
  }

  complain(line: string): void {
    this.note(`complains: ${line}`);
    this.complaints.push(line);
  }

  released(bytes: Buffer): void {
    bytes.fill(0xdb);
  }

  // The world's side.

  /** Runs a task of this process after that time; never once it has ended. */
  after(delayMs: number, task: () => void): SimEvent {
    return this.schedule.after(delayMs, () => {
      if (this.#running) this.network.inside(task);
    });
  }

  /** Sends it a signal: without a handler it ends. */
  signal(signal: StopSignal): void {
    this.note(`gets ${signal}`);
    if (this.#signals.size === 0) this.kill();
    else for (const caught of [...this.#signals]) this.after(0, () => caught(signal));
  }

  /** Ends it without a word; its kernel closes what it had. */
  kill(): void {
    if (!this.#running) return;
    this.note('is killed');
    this.#end();
    for (const socket of [...this.#sockets]) socket.orphan();
  }

  /** Its host has lost power: nobody hears of its end. */
  vanish(): void {
    if (!this.#running) return;
    this.#end();
    for (const socket of [...this.#sockets]) socket.vanish();
  }

  /** Counts a descriptor for a connection, whatever the limit is: its attempt had it since it began. */
  keep(socket: SimSocket): void {
    this.#sockets.add(socket);
  }

  /** Takes a descriptor for a connection; false when there is none left. */
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

  note(what: string): void {
    this.network.note(`${this.name} ${what}`);
  }

  fault(what: string): void {
    this.network.fault(`${this.name} ${what}`);
  }

  #end(): void {
    this.#running = false;
    this.schedule.cancel(this.#alarm);
    this.#alarm = undefined;
    this.#signals.clear();
    for (const port of this.#ports) this.#shut(port);
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
