import type { Dice } from '../time/dice.ts';
import type { Fault, FaultPlan } from './fault-plan.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';

/** A fault that happened. */
export interface InjectedFault {
  /** Its number in its world, counted from 1; a replay names it by this. */
  readonly number: number;
  /** When it happened, in milliseconds since the world began. */
  readonly timeMs: number;
  /** What happened, in one line for a person to read. */
  readonly what: string;
}

/** Makes faults happen in a world, at times and in ways that the seed decides, until their time is over. */
export class FaultInjector {
  /** The faults that have happened. */
  readonly injected: InjectedFault[] = [];
  readonly #network: Network;
  readonly #hosts: readonly Host[];
  readonly #faultPlan: FaultPlan;
  readonly #dice: Dice;
  /** The numbers of the faults that may happen; all where undefined. */
  readonly #only: ReadonlySet<number> | undefined;
  #count = 0;
  /** End the faults that last. */
  readonly #remedies: Set<() => void> = new Set();
  #over = false;

  constructor(
    network: Network,
    hosts: readonly Host[],
    faultPlan: FaultPlan,
    dice: Dice,
    only: ReadonlySet<number> | undefined,
  ) {
    this.#network = network;
    this.#hosts = hosts;
    this.#faultPlan = faultPlan;
    this.#dice = dice;
    this.#only = only;
    if (faultPlan.faults.length > 0 && faultPlan.everyMs < Number.POSITIVE_INFINITY) this.#plan();
    network.schedule.at(faultPlan.faultsMs, () => this.stop());
  }

  /** True once no more faults happen. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends every fault that lasts, and lets no more happen. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    for (const remedy of [...this.#remedies]) remedy();
    this.#network.note('the faults are over');
  }

  #plan(): void {
    const delay = this.#dice.between(0, 2 * this.#faultPlan.everyMs);
    this.#network.schedule.after(delay, () => {
      if (this.#over) return;
      this.#act();
      this.#plan();
    });
  }

  #act(): void {
    const [first, ...more] = this.#faultPlan.faults;
    if (first === undefined || this.#hosts.length === 0) return;
    // Each fault has its own dice, so that leaving one out does not change the others.
    this.#count += 1;
    const number = this.#count;
    const dice = this.#network.diceFor(`deed ${number}`);
    const fault = dice.pick([first, ...more]);
    if (this.#only?.has(number) === false) return;
    const what = this.#do(fault, dice);
    if (what === undefined) return;
    this.#network.note(`fault ${number}: ${what}`);
    this.injected.push({ number, timeMs: this.#network.schedule.now, what });
  }

  /** Makes a fault happen, and says what it was; undefined if there was nothing to do it to. */
  #do(fault: Fault, dice: Dice): string | undefined {
    const host = this.#pick(this.#hosts, dice);
    const other = this.#pick(this.#hosts, dice);
    if (host === undefined || other === undefined) return undefined;
    const forMs = dice.pick([50, 500, 5000, 30_000]);
    const span = `for ${forMs} ms`;
    switch (fault) {
      case 'cut': {
        const socket = this.#pick([...host['~kernel'].sockets], dice);
        socket?.cut();
        return socket && `${socket.name} is cut at ${host.name}`;
      }
      case 'partition':
        if (host === other) return undefined;
        this.#block(forMs, [host, other], [other, host]);
        return `${host.name} and ${other.name} do not reach each other ${span}`;
      case 'blackHole':
        this.#block(forMs, [host, other]);
        return `nothing from ${host.name} reaches ${other.name} ${span}`;
      case 'names': {
        const trouble = dice.pick(['failing', 'silent'] as const);
        this.#network.names.trouble = trouble;
        this.#lasting(forMs, () => {
          this.#network.names.trouble = undefined;
        });
        return `look-ups are ${trouble} ${span}`;
      }
      case 'clock': {
        const byMs = dice.whole(-86_400_000, 86_400_000);
        host.jumpClock(byMs);
        return `the clock of ${host.name} jumps by ${byMs} ms`;
      }
      case 'descriptors':
        host.limitDescriptors(dice.whole(0, 3));
        this.#lasting(forMs, () => host.limitDescriptors(Number.POSITIVE_INFINITY));
        return `${host.name} has hardly any descriptors ${span}`;
      case 'crash':
      case 'powerLoss':
        if (!host.restartable || !host.running) return undefined;
        if (fault === 'crash') host.crash();
        else host.losePower();
        this.#lasting(forMs, () => {
          if (!host.running) host.restart();
        });
        return `${host.name} ${fault === 'crash' ? 'crashes' : 'has no power'} ${span}`;
    }
  }

  #block(forMs: number, ...ways: readonly (readonly [Host, Host])[]): void {
    const routes = ways.map(([from, to]) => this.#network.route(from['~kernel'], to['~kernel']));
    for (const route of routes) route.block();
    this.#lasting(forMs, () => {
      for (const route of routes) route.unblock();
    });
  }

  /** Something lasts so long, or until everything is over. */
  #lasting(forMs: number, end: () => void): void {
    const remedy = (): void => {
      if (this.#remedies.delete(remedy)) end();
    };
    this.#remedies.add(remedy);
    this.#network.schedule.after(forMs, remedy);
  }

  #pick<T>(choices: readonly T[], dice: Dice): T | undefined {
    return choices[dice.whole(0, choices.length - 1)];
  }
}
