import { Reactor } from '../reactor/reactor.ts';
import { checkFunction, checkText } from '../values/checks.ts';
import type { Command } from './command.ts';
import type { HostProcess } from './host-process.ts';
import type { Kernel } from './kernel.ts';
import type { NameAnswer } from './names.ts';
import type { Network } from './network.ts';
import { Process } from './process.ts';

/** How long after a failed start a program is started again, in milliseconds. */
const AGAIN_MS = 1000;

/** The program of a host: it sets up ports and connections with the reactor. It may return a promise, which resolves when that is done. */
export type Program = (reactor: Reactor, host: Host) => void | Promise<void>;

/** A machine of the simulated network, and the processes on it. */
export class Host {
  /** The name of the host. A lookup of it gives both addresses. */
  readonly name: string;
  readonly #network: Network;
  readonly #kernel: Kernel;
  readonly #processes: Process[] = [];
  readonly #born: (reactor: Reactor, process: Process) => void;
  #program: Program | undefined;
  #reactor: Reactor | undefined;

  /** `born` is called with each reactor before anything else uses it. */
  constructor(network: Network, name: string, born: (reactor: Reactor, process: Process) => void) {
    this.#network = network;
    this.#born = born;
    this.name = name;
    this.#kernel = network.add(name);
  }

  /** Its IPv4 and its IPv6 address. */
  get addresses(): readonly string[] {
    return this.#kernel.addresses;
  }

  get '~kernel'(): Kernel {
    return this.#kernel;
  }

  /** The process that was started last; one is made if there is none. Throws an `Error` if there is none and the host has no power. */
  get '~process'(): Process {
    return this.#processes.at(-1) ?? this.#spawn();
  }

  /** Every process that it has, or had. */
  get processes(): readonly HostProcess[] {
    return this.#processes;
  }

  /** The reactor of its program, or of a process that is made for it; it is running. Throws an `Error` if the host has no power and no reactor. */
  get reactor(): Reactor {
    this.#reactor ??= this.#boot();
    return this.#reactor;
  }

  /** True while it has power and a running process. */
  get running(): boolean {
    return this.#kernel.up && this.#processes.some((process) => process.running);
  }

  /** True if it has a program, which `restart` starts again. */
  get restartable(): boolean {
    return this.#program !== undefined;
  }

  /**
   * Starts a program in a new process, and again in another one after each restart. Resolves when the program has set itself up,
   * and rejects with what it throws, or with an `Error` if the host has no power.
   */
  async run(program: Program): Promise<void> {
    this.#program = program;
    const reactor = this.#boot();
    this.#reactor = reactor;
    await this.#network.inside(() => program(reactor, this));
  }

  /** Starts a process without a program. Throws an `Error` if the host has no power. */
  spawn(): HostProcess {
    return this.#spawn();
  }

  /**
   * Adds a command, or replaces it: what processes do that `spawnProcess` of its reactors, or an `exec:` endpoint, starts by that name.
   * Without one of its name a process cannot be started. Bytes of its pipes travel as those of a connection within the host do, in pieces
   * and as late as the conditions say. Throws a `TypeError` if `name` is not a string or `command` is not a function.
   */
  command(name: string, command: Command): void {
    checkText('name', name, 'sort');
    checkFunction('command', command, 'a function');
    this.#kernel.programs.set(name, command);
  }

  /** Kills its processes, but not the commands that they have started. The kernel closes what they had, and still sends what it has. */
  crash(): void {
    for (const process of this.#processes) process.kill();
  }

  /** Takes its power away: processes and sockets vanish, and their peers are not told. */
  losePower(): void {
    this.#network.note(`${this.name} loses power`);
    this.#kernel.up = false;
    for (const process of this.#processes) process.vanish();
    for (const run of [...this.#kernel.commands]) run.vanish();
    for (const socket of [...this.#kernel.sockets]) socket.vanish();
  }

  /** Gives it power, kills its processes, and starts its program in a new one, again and again until it starts. */
  restart(): void {
    this.crash();
    this.#network.note(`${this.name} starts`);
    this.#kernel.up = true;
    const program = this.#program;
    if (program === undefined) return;
    this.#reactor = this.#boot();
    void this.#rerun(program, this.#reactor);
  }

  /** Limits how many connections and ports each of its processes may open from now on; `Infinity` sets no limit. */
  limitDescriptors(limit: number): void {
    this.#network.note(`${this.name} has ${limit} descriptors`);
    this.#kernel.descriptorLimit = limit;
  }

  /** Makes its wall clock jump by `byMs` milliseconds, forward or back. */
  jumpClock(byMs: number): void {
    this.#network.note(`${this.name} jumps by ${byMs} ms`);
    this.#kernel.clockOffsetMs += byMs;
  }

  /** Sets the answer to lookups of its name from now on, in the whole world. */
  rename(answer: NameAnswer): void {
    this.#network.names.set(this.name, answer);
  }

  /**
   * A program that fails when it is started again, because of a further fault for example, does not fail the scenario: it is
   * started once more a little later, as a supervisor would do.
   */
  async #rerun(program: Program, reactor: Reactor): Promise<void> {
    try {
      await this.#network.inside(() => program(reactor, this));
    } catch (error) {
      this.#network.note(`${this.name} fails to start: ${error}`);
      this.#network.schedule.after(AGAIN_MS, () => {
        if (this.#reactor === reactor && this.running) this.restart();
      });
    }
  }

  #spawn(): Process {
    if (!this.#kernel.up) throw new Error(`the host ${this.name} has no power`);
    const count = this.#processes.length;
    const name = count === 0 ? this.name : `${this.name}/${count}`;
    const process = new Process(this.#network, this.#kernel, name);
    this.#processes.push(process);
    return process;
  }

  #boot(): Reactor {
    const process = this.#spawn();
    const reactor = new Reactor(process);
    this.#born(reactor, process);
    return reactor;
  }
}
