import type { Transport } from '../protocol/transport.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { Border } from '../seam/border.ts';
import { Dice } from '../time/dice.ts';
import type { CertificateFiles, CertificateOptions } from './certificate.ts';
import { issue } from './certificate.ts';
import type { Conditions } from './conditions.ts';
import { FaultInjector } from './fault-injector.ts';
import type { FaultPlan } from './fault-plan.ts';
import { Host } from './host.ts';
import type { Names } from './names.ts';
import { Network } from './network.ts';
import type { Process } from './process.ts';
import { ProtocolWatch, QUIET_MS } from './protocol-watch.ts';
import { Schedule } from './schedule.ts';
import { Trace } from './trace.ts';

/** What a world is made of. */
export interface WorldOptions {
  readonly seed: string;
  readonly faultPlan: FaultPlan;
  /** The numbers of the faults that may happen; all where undefined. */
  readonly only: ReadonlySet<number> | undefined;
  /** Errors of callbacks are part of the scenario. */
  readonly allowErrors: boolean;
  /** What wall clocks show at the beginning, in milliseconds since 1970. */
  readonly epochMs: number;
  /** Hears of code that leaves the world; undefined where nothing is to be heard of. */
  readonly border: Border | undefined;
}

/** So often a world is waited for to be quiet: ten minutes. */
const WAITS = 10;

/** A reactor that lives in the world. */
interface Inhabitant {
  readonly process: Process;
  readonly reactor: Reactor;
  readonly ended: Promise<void>;
  /** Who watches the connections that are not gone. */
  readonly witnesses: ReadonlyMap<Transport, ProtocolWatch>;
  /** Who watched connections that are gone, and something of them was not. */
  readonly left: ReadonlySet<ProtocolWatch>;
}

/** What a scenario gets: hosts, the network between them, virtual time, and chance. */
export class World {
  /** What everything by chance in it is made from. */
  readonly seed: string;
  /** What the seed and the profile made of it. */
  readonly faultPlan: FaultPlan;
  /** Chance for the scenario's own use. */
  readonly dice: Dice;
  /** What names stand for. A host's name stands for its addresses. */
  readonly names: Names;
  /** What was wrong: bytes lost, callbacks at the wrong time, errors of callbacks. */
  readonly faults: string[] = [];
  /** What is to happen, and the time. */
  readonly schedule: Schedule = new Schedule();
  /** What happened, a line each. */
  readonly trace: Trace = new Trace();
  /** What does the faults that come by themselves. */
  readonly faultInjector: FaultInjector;
  readonly #network: Network;
  readonly #hosts: Host[] = [];
  readonly #inhabitants: Inhabitant[] = [];
  readonly #allowErrors: boolean;
  /** How many certificates were issued. */
  #certificates = 0;

  constructor({ seed, faultPlan, only, allowErrors, epochMs, border }: WorldOptions) {
    this.seed = seed;
    this.faultPlan = faultPlan;
    this.dice = new Dice(`${seed}/scenario`);
    this.#allowErrors = allowErrors;
    const strays = new Set<string>();
    const stray = (what: string): void => {
      if (strays.size < strays.add(what).size) this.#network.fault(what);
    };
    this.#network = new Network({
      schedule: this.schedule,
      trace: this.trace,
      seed,
      conditions: faultPlan.conditions,
      epochMs,
      ...(border && { inside: (task) => border.run(stray, task) }),
      fault: (what) => this.faults.push(what),
    });
    this.names = this.#network.names;
    this.faultInjector = new FaultInjector(this.#network, this.#hosts, faultPlan, new Dice(`${seed}/nemesis`), only);
  }

  /** Milliseconds since the world began. */
  get now(): number {
    return this.schedule.now;
  }

  /** What the network is like. */
  get conditions(): Conditions {
    return this.#network.conditions;
  }

  /** From now on the network is like that; what is on its way is not affected. */
  setConditions(conditions: Partial<Conditions>): void {
    this.#network.conditions = { ...this.#network.conditions, ...conditions };
  }

  /** Adds a host, which has two addresses of its own and a name that stands for them; or returns the one of that name. */
  host(name: string): Host {
    const known = this.#hosts.find((host) => host.name === name);
    if (known !== undefined) return known;
    const host = new Host(this.#network, name, (reactor, process) => this.#receive(reactor, process));
    this.#hosts.push(host);
    return host;
  }

  /**
   * Issues a certificate: `new ServerTLS({ cert, key })` presents it, and `new ClientTLS({ ca })` trusts its authority. Whether
   * it is good is decided as for a real one, by the wall clock of the host that is to trust it. Throws a `RangeError` for one
   * without a name.
   */
  certificate(options: CertificateOptions): CertificateFiles {
    this.#certificates += 1;
    return issue(options, this.#certificates);
  }

  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule.after(ms, resolve);
    });
  }

  /** Resolves when the condition holds; it is looked at every `everyMs` milliseconds. */
  async until(condition: () => boolean, everyMs = 1): Promise<void> {
    while (!condition()) await this.sleep(everyMs);
  }

  /** Keeps two hosts from reaching each other, until the returned function is called. */
  partition(one: Host, other: Host): () => void {
    const remedies = [this.blackHole(one, other), this.blackHole(other, one)];
    return () => {
      for (const remedy of remedies) remedy();
    };
  }

  /** Keeps back what one host sends to another, until the returned function is called. */
  blackHole(from: Host, to: Host): () => void {
    this.note(`nothing from ${from.name} reaches ${to.name}`);
    const route = this.#network.route(from['~kernel'], to['~kernel']);
    route.block();
    let healed = false;
    return () => {
      if (healed) return;
      healed = true;
      this.note(`${from.name} reaches ${to.name} again`);
      route.unblock();
    };
  }

  /** Ends every fault that came by itself, and lets no more come. */
  calm(): void {
    this.faultInjector.stop();
  }

  /** Writes a line into the trace. */
  note(what: string): void {
    this.#network.note(what);
  }

  /** Stops every reactor that still runs. Resolves when they have ended; what they have then is a fault. */
  async end(): Promise<void> {
    this.calm();
    const living = this.#inhabitants.filter(({ process }) => process.running);
    await this.#quiet(living);
    for (const { witnesses, left } of living) {
      for (const witness of [...left, ...witnesses.values()]) {
        witness.judgePromises();
        witness.judgeEnd();
      }
    }
    for (const { reactor } of living) if (reactor.running) reactor.stop();
    await Promise.all(living.map(({ ended }) => ended));
    for (const { process, witnesses, left } of living) {
      for (const witness of left) witness.judgeTimers();
      for (const witness of witnesses.values()) witness.leave();
      for (const leftover of process.leftovers)
        this.faults.push(`${process.name} has stopped and still has ${leftover}`);
    }
  }

  /** Where promises of connections that are gone are pending, lets time pass until nothing is to happen any more, or long enough. */
  async #quiet(living: readonly Inhabitant[]): Promise<void> {
    const pending = (): boolean =>
      living.some(({ left, witnesses }) => [...left, ...witnesses.values()].some((witness) => witness.pending));
    for (let waits = 0; waits < WAITS && pending(); waits += 1) {
      await this.sleep(QUIET_MS);
      if (this.schedule.empty) return;
    }
  }

  #receive(reactor: Reactor, process: Process): void {
    const left = new Set<ProtocolWatch>();
    const witnesses = new Map<Transport, ProtocolWatch>();
    reactor.observe({
      connectionMade: (transport, protocol) => {
        const wire = process.adopting;
        if (wire === undefined) return;
        witnesses.set(transport, new ProtocolWatch(wire, transport, protocol, (what) => this.#network.fault(what)));
      },
      connectionLost: (transport) => {
        const witness = witnesses.get(transport);
        if (witness?.restless === true) left.add(witness);
        witnesses.delete(transport);
      },
      error: ({ who, where, error }) => {
        this.note(`${process.name} reports ${who}: ${where}: ${error}`);
        // That a process has no descriptors is the world's doing.
        if (!this.#allowErrors && where !== 'accept') this.faults.push(`${who}: ${where}: ${error}`);
      },
    });
    this.#inhabitants.push({ process, reactor, ended: reactor.run(), witnesses, left });
  }
}
