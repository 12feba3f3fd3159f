import type { Reactor } from '../reactor/reactor.ts';
import type { Dice } from '../time/dice.ts';
import { ReactorWitness, type WitnessedProcess } from './reactor-witness.ts';
import type { Schedule } from './schedule.ts';

/** After how many happenings at most the reactors are looked at again. */
const MOST_HAPPENINGS = 4000;

/** A process that may have been killed. */
interface Mortal extends WitnessedProcess {
  readonly running: boolean;
}

/** The witnesses of all reactors in a world. They look at random instants, which are the same each time a seed is played. */
export class Witnesses {
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #fault: (what: string) => void;
  readonly #all: { readonly witness: ReactorWitness; readonly process: Mortal }[] = [];
  /** When they look again: how many things will have happened. */
  #next: number;

  /** `fault` is called with each thing that a reactor tells and that is not true. */
  constructor(schedule: Schedule, dice: Dice, fault: (what: string) => void) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#fault = fault;
    this.#next = dice.whole(1, MOST_HAPPENINGS);
  }

  /** Watches a reactor from now on, before anything else uses it. Every other one is recorded, since that changes what the engine does. */
  add(reactor: Reactor, process: Mortal): void {
    const witness = new ReactorWitness(reactor, process, this.#fault, this.#dice.chance(0.5));
    this.#all.push({ witness, process });
  }

  /** Looks at the reactors that run, if it is time. Called between two events. */
  look(): void {
    const { happened } = this.#schedule;
    if (happened < this.#next) return;
    this.#next = happened + this.#dice.whole(1, MOST_HAPPENINGS);
    for (const { witness, process } of this.#all) if (process.running) witness.look();
  }

  /** Looks at each reactor for the last time, when those that were not killed have stopped. */
  judgeEnd(): void {
    for (const { witness, process } of this.#all) {
      witness.look();
      if (process.running) witness.judgeEnd();
    }
  }
}
