import type { Transport } from '../protocol/transport.ts';
import { checkOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Dice } from '../time/dice.ts';
import { checkFlag } from '../values/checks.ts';
import type { Border } from './border.ts';
import type { CertificateFiles, CertificateOptions } from './certificate.ts';
import { issue } from './certificate.ts';
import type { Conditions } from './conditions.ts';
import { PairEnd, type SimDuplex } from './duplex.ts';
import { FaultInjector } from './fault-injector.ts';
import type { FaultPlan } from './fault-plan.ts';
import { Host } from './host.ts';
import type { Names } from './names.ts';
import { Network } from './network.ts';
import type { Process } from './process.ts';
import { ProtocolWatch, QUIET_MS } from './protocol-watch.ts';
import { Schedule } from './schedule.ts';
import type { LedgerConditions } from './sim-ledger.ts';
import { SimLedger } from './sim-ledger.ts';
import { Trace } from './trace.ts';
import { Witnesses } from './witnesses.ts';

/** What a world is made from. */
export interface WorldOptions {
  readonly seed: string;
  readonly faultPlan: FaultPlan;
  /** The numbers of the faults that may happen; all where undefined. */
  readonly only: ReadonlySet<number> | undefined;
  /** Whether errors of callbacks are part of the scenario. */
  readonly allowErrors: boolean;
  /** What wall clocks show at the beginning, in milliseconds since 1970. */
  readonly epochMs: number;
  /** Notices code that reaches outside the world; undefined where that is not watched. */
  readonly border: Border | undefined;
}

/** How often a world is given time to become quiet: ten minutes in all. */
const WAITS = 10;

/** A reactor that lives in the world. */
interface Inhabitant {
  readonly process: Process;
  readonly reactor: Reactor;
  readonly ended: Promise<void>;
  /** The watches of connections that have not ended. */
  readonly witnesses: ReadonlyMap<Transport, ProtocolWatch>;
  /** The watches of connections that have ended and left something behind. */
  readonly left: ReadonlySet<ProtocolWatch>;
}

/** A simulated world, which a scenario gets: hosts, the network between them, virtual time, and random numbers. */
export class World {
  /** The seed of all random numbers in it. */
  readonly seed: string;
  /** The fault plan that the seed and the profile made. */
  readonly faultPlan: FaultPlan;
  /** Random numbers for the scenario, which the seed decides. */
  readonly dice: Dice;
  /** The answers to lookups of names. The name of each host is answered with its addresses. */
  readonly names: Names;
  /** What went wrong: lost bytes, callbacks at the wrong time, errors of callbacks. A world with any has failed. */
  readonly faults: string[] = [];
  /** The virtual time, and what will happen. */
  readonly schedule: Schedule = new Schedule();
  /** What happened, in lines. */
  readonly trace: Trace = new Trace();
  /** Makes the faults of the fault plan happen. */
  readonly faultInjector: FaultInjector;
  /** Compare what reactors tell with what was counted. */
  readonly '~witnesses': Witnesses;
  readonly #network: Network;
  readonly #hosts: Host[] = [];
  readonly #inhabitants: Inhabitant[] = [];
  readonly #ledgers: SimLedger[] = [];
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
    this['~witnesses'] = new Witnesses(this.schedule, new Dice(`${seed}/witnesses`), (what) =>
      this.#network.fault(what),
    );
    this.faultInjector = new FaultInjector(this.#network, this.#hosts, faultPlan, new Dice(`${seed}/nemesis`), only);
  }

  /** The time, in milliseconds since the world began. */
  get now(): number {
    return this.schedule.now;
  }

  /** The present conditions of the network. */
  get conditions(): Conditions {
    return this.#network.conditions;
  }

  /** Replaces conditions of the network from now on. Segments that are under way are not affected. */
  setConditions(conditions: Partial<Conditions>): void {
    this.#network.conditions = { ...this.#network.conditions, ...conditions };
  }

  /** Returns the host of a name; adds it, with an IPv4 and an IPv6 address of its own, if there is none. */
  host(name: string): Host {
    const known = this.#hosts.find((host) => host.name === name);
    if (known !== undefined) return known;
    const host = new Host(this.#network, name, (reactor, process) => this.#receive(reactor, process));
    this.#hosts.push(host);
    return host;
  }

  /**
   * Issues a certificate: `new ServerTLS({ cert, key })` presents it, and `new ClientTLS({ ca })` trusts its authority. It is
   * verified as a real one is, by the wall clock of the host that verifies. Throws a `RangeError` if `names` is empty.
   */
  certificate(options: CertificateOptions): CertificateFiles {
    this.#certificates += 1;
    return issue(options, this.#certificates);
  }

  /**
   * Adds a ledger for the limits of several hosts: `limitConnections(factory, { max: 4, ledger: ledger.of(host) })`. It is reliable, and
   * answers within a millisecond, as far as the conditions do not say otherwise. What its hosts do wrong with it is a fault of the world,
   * and so are places that they still hold at the end. Throws a `RangeError` if a condition is out of range.
   */
  ledger(conditions: Partial<LedgerConditions> = {}): SimLedger {
    const ledger = new SimLedger(this.#network, `ledger ${this.#ledgers.length + 1}`, conditions);
    this.#ledgers.push(ledger);
    return ledger;
  }

  /**
   * Makes two streams that are connected with each other, on the clock of the world: for `adoptStream` of a reactor of this world, and for
   * the scenario, which reads and writes them as a `Duplex` of `node:stream`. They have the present conditions of the network. With
   * `allowHalfOpen: false` both directions end with the first. Throws a `TypeError` if an option is of the wrong type.
   */
  pair(options: { readonly allowHalfOpen?: boolean } = {}): [SimDuplex, SimDuplex] {
    checkOptions(options, 'allowHalfOpen: false');
    const { allowHalfOpen = true } = options;
    checkFlag('allowHalfOpen', allowHalfOpen);
    return PairEnd.pair(this.#network, allowHalfOpen);
  }

  /** Resolves after `ms` milliseconds of the world's time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule.after(ms, resolve);
    });
  }

  /** Resolves when the condition holds, which is checked now and every `everyMs` milliseconds of the world's time. */
  async until(condition: () => boolean, everyMs = 1): Promise<void> {
    while (!condition()) await this.sleep(everyMs);
  }

  /** Separates two hosts: nothing arrives in either direction, until the returned function is called. Nothing is lost. */
  partition(one: Host, other: Host): () => void {
    const remedies = [this.blackHole(one, other), this.blackHole(other, one)];
    return () => {
      for (const remedy of remedies) remedy();
    };
  }

  /** Holds back what one host sends to another, until the returned function is called. Nothing is lost. */
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

  /** Ends every fault of the fault plan that lasts, and lets no more happen; ledgers are reliable from now on. */
  calm(): void {
    this.faultInjector.stop();
    for (const ledger of this.#ledgers) ledger.calm();
  }

  /** Adds a line to the trace. */
  note(what: string): void {
    this.#network.note(what);
  }

  /** Stops every reactor that is running. Resolves when they have ended; what they still hold then is a fault. */
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
    for (let waits = 0; waits < WAITS && this.#ledgers.some(({ busy }) => busy); waits += 1) await this.sleep(QUIET_MS);
    for (const ledger of this.#ledgers) ledger.judgeEnd();
    for (const { process, witnesses, left } of living) {
      for (const witness of left) witness.judgeTimers();
      for (const witness of witnesses.values()) witness.leave();
      for (const leftover of process.leftovers)
        this.faults.push(`${process.name} has stopped and still has ${leftover}`);
    }
    this['~witnesses'].judgeEnd();
  }

  /** While promises of connections that have ended are pending, lets time pass until no event waits, or long enough. */
  async #quiet(living: readonly Inhabitant[]): Promise<void> {
    const pending = (): boolean =>
      living.some(({ left, witnesses }) => [...left, ...witnesses.values()].some((witness) => witness.pending));
    for (let waits = 0; waits < WAITS && pending(); waits += 1) {
      await this.sleep(QUIET_MS);
      if (this.schedule.empty) return;
    }
  }

  #receive(reactor: Reactor, process: Process): void {
    this['~witnesses'].add(reactor, process);
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
        // That a process has no descriptors is a fault that the world made.
        if (!this.#allowErrors && where !== 'accept') this.faults.push(`${who}: ${where}: ${error}`);
      },
    });
    this.#inhabitants.push({ process, reactor, ended: reactor.run(), witnesses, left });
  }
}
