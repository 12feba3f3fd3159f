import { Dice } from '../time/dice.ts';
import type { Conditions } from './conditions.ts';
import { isLoopback, Kernel } from './kernel.ts';
import { Names } from './names.ts';
import { Route } from './route.ts';
import type { Schedule } from './schedule.ts';
import type { Trace } from './trace.ts';

/** What a network is made from. */
export interface NetworkOptions {
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly seed: string;
  readonly conditions: Conditions;
  /** What wall clocks show at the beginning, in milliseconds since 1970 (UTC). */
  readonly epochMs: number;
  /** Runs code of a host. */
  readonly inside?: <T>(task: () => T) => T;
  /** Called with what a process or a protocol did that is forbidden. */
  readonly fault: (what: string) => void;
}

/** The hosts of a world, the routes between them, and the names of their addresses. */
export class Network {
  readonly schedule: Schedule;
  readonly epochMs: number;
  readonly names: Names = new Names();
  readonly kernels: Kernel[] = [];
  readonly #options: NetworkOptions;
  readonly #dice: Dice;
  readonly #routes: Map<Kernel, Map<Kernel, Route>> = new Map();
  #conditions: Conditions;
  #id = 0;

  constructor(options: NetworkOptions) {
    this.schedule = options.schedule;
    this.epochMs = options.epochMs;
    this.#options = options;
    this.#dice = new Dice(`${options.seed}/network`);
    this.#conditions = options.conditions;
  }

  /** The conditions of all routes, later ones included. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  set conditions(conditions: Conditions) {
    this.#conditions = conditions;
    for (const route of this.routes) route.conditions = conditions;
  }

  get routes(): readonly Route[] {
    return [...this.#routes.values()].flatMap((routes) => [...routes.values()]);
  }

  /** Adds a host with an IPv4 and an IPv6 address, and a name for both. */
  add(name: string): Kernel {
    const number = this.kernels.length + 1;
    const kernel = new Kernel(name, [`10.0.0.${number}`, `fd00::${number.toString(16)}`]);
    this.kernels.push(kernel);
    this.names.set(name, kernel.addresses);
    for (const address of kernel.addresses) this.names.set(address, [address]);
    return kernel;
  }

  /** The host that has an address, seen from another one. */
  reach(from: Kernel, address: string): Kernel | undefined {
    return isLoopback(address) ? from : this.kernels.find(({ addresses }) => addresses.includes(address));
  }

  /** The way from one host to another, or within one. */
  route(from: Kernel, to: Kernel): Route {
    const routes = this.#routes.get(from) ?? new Map<Kernel, Route>();
    this.#routes.set(from, routes);
    const route = routes.get(to) ?? new Route(this.schedule, this.#dice, this.#conditions);
    routes.set(to, route);
    return route;
  }

  /** A way that belongs to one direction of one connection, with conditions of its own beside those of now. */
  wayApart(name: string, conditions: Partial<Conditions>): Route {
    return new Route(this.schedule, this.diceFor(name), { ...this.#conditions, ...conditions });
  }

  /** Runs code of a host, and returns its result. */
  inside<T>(task: () => T): T {
    const { inside } = this.#options;
    return inside === undefined ? task() : inside(task);
  }

  /** Makes dice that are used under that name only, and that do not depend on other dice. */
  diceFor(name: string): Dice {
    return new Dice(`${this.#options.seed}/${name}`);
  }

  /** Numbers the connections. */
  nextId(): number {
    this.#id += 1;
    return this.#id;
  }

  note(what: string): void {
    this.#options.trace.add(`${this.schedule.now.toFixed(3)} ${what}`);
  }

  fault(what: string): void {
    this.note(`FAULT: ${what}`);
    this.#options.fault(what);
  }
}
