import { Reactor } from '../reactor/reactor.ts';
import type { HostProcess } from './host-process.ts';
import type { Kernel } from './kernel.ts';
import type { NameAnswer } from './names.ts';
import type { Network } from './network.ts';
import { Process } from './process.ts';

/** How long after a program failed to start it is started again, in milliseconds. */
const AGAIN_MS = 1000;

/** What a host runs: it sets up what it needs with the reactor, and may wait for what it began. */
export type Program = (reactor: Reactor, host: Host) => void | Promise<void>;

/** A machine of the simulated network, and the processes on it. */
export class Host {
  /** It stands for both addresses. */
  readonly name: string;
  readonly #network: Network;
  readonly #kernel: Kernel;
  readonly #processes: Process[] = [];
  readonly #born: (reactor: Reactor, process: Process) => void;
  #program: Program | undefined;
  #reactor: Reactor | undefined;

  /** `born` hears of each reactor before anything happens to it. */
  constructor(network: Network, name: string, born: (reactor: Reactor, process: Process) => void) {
    this.#network = network;
    this.#born = born;
    this.name = name;
    this.#kernel = network.add(name);
  }

  /** Its IPv4 and its IPv6 address. Its name stands for both. */
  get addresses(): readonly string[] {
    return this.#kernel.addresses;
  }

  get '~kernel'(): Kernel {
    return this.#kernel;
  }

  /** Every process that it had. */
  get processes(): readonly HostProcess[] {
    return this.#processes;
  }

  /** The reactor of its program, or of a process that does nothing else. It runs. */
  get reactor(): Reactor {
    this.#reactor ??= this.#boot();
    return this.#reactor;
  }

  /** True while it has power, and a process that runs. */
  get running(): boolean {
    return this.#kernel.up && this.#processes.some((process) => process.running);
  }

  /** True when it has a program, which a restart starts again. */
  get restartable(): boolean {
    return this.#program !== undefined;
  }

  /** Starts a program on a fresh process, and again after each restart. Resolves, or rejects, when it has set itself up. */
  async run(program: Program): Promise<void> {
    this.#program = program;
    const reactor = this.#boot();
    this.#reactor = reactor;
    await this.#network.inside(() => program(reactor, this));
  }

  /** Starts a process. Throws an `Error` while the host has no power. */
  spawn(): HostProcess {
    return this.#spawn();
  }

  /** Kills its processes. Their kernel closes what they had, and goes on sending what it has. */
  crash(): void {
    for (const process of this.#processes) process.kill();
  }

  /** Everything that it had is gone, and nobody is told. */
  losePower(): void {
    this.#network.note(`${this.name} loses power`);
    this.#kernel.up = false;
    for (const process of this.#processes) process.vanish();
    for (const socket of [...this.#kernel.sockets]) socket.vanish();
  }

  /** Has power, and starts its program afresh, again and again until it starts. */
  restart(): void {
    this.crash();
    this.#network.note(`${this.name} starts`);
    this.#kernel.up = true;
    const program = this.#program;
    if (program === undefined) return;
    this.#reactor = this.#boot();
    void this.#rerun(program, this.#reactor);
  }

  /** From now on a process of this host may have so many connections and ports; `Infinity` for no limit. */
  limitDescriptors(limit: number): void {
    this.#network.note(`${this.name} has ${limit} descriptors`);
    this.#kernel.descriptorLimit = limit;
  }

  /** Its wall clock jumps. */
  jumpClock(byMs: number): void {
    this.#network.note(`${this.name} jumps by ${byMs} ms`);
    this.#kernel.clockOffsetMs += byMs;
  }

  /** From now on its name is answered like that, everywhere. */
  rename(answer: NameAnswer): void {
    this.#network.names.set(this.name, answer);
  }

  /**
   * A program that fails when it is started again, because of a further fault say, is no failure of the scenario: it is
   * started once more a little later, as a supervisor would.
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
