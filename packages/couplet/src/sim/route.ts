import type { Dice } from '../time/dice.ts';
import type { Conditions } from './conditions.ts';
import type { Schedule } from './schedule.ts';

/** The route from one host to another, for all connections in that direction. */
export class Route {
  conditions: Conditions;
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  /** Until when bytes that were sent take all its bandwidth. */
  #busyUntil = 0;
  /** How many faults block it. */
  #blocks = 0;
  /** What was sent while it is blocked, in order. */
  #waiting: (() => void)[] = [];

  constructor(schedule: Schedule, dice: Dice, conditions: Conditions) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.conditions = conditions;
  }

  get blocked(): boolean {
    return this.#blocks > 0;
  }

  /** Blocks the route until `unblock` was called as often. What is sent meanwhile is sent then. */
  block(): void {
    this.#blocks += 1;
  }

  unblock(): void {
    if (this.#blocks === 0) return;
    this.#blocks -= 1;
    if (this.#blocks > 0) return;
    for (const send of this.#waiting.splice(0)) send();
  }

  /** Sends `size` bytes of a lane, and calls `arrive` when they arrive. */
  send(lane: Lane, size: number, arrive: () => void): void {
    if (this.blocked) {
      this.#waiting.push(() => this.send(lane, size, arrive));
      return;
    }
    const { latencyMs, jitterMs, bytesPerMs } = this.conditions;
    this.#busyUntil = Math.max(this.#busyUntil, this.#schedule.now) + size / bytesPerMs;
    const time = this.#busyUntil + latencyMs + (jitterMs === 0 ? 0 : this.#dice.between(0, jitterMs));
    lane.last = Math.max(lane.last, time);
    this.#schedule.at(lane.last, arrive);
  }

  /** The size of the next segment of `bytes` bytes. */
  pieceOf(bytes: number): number {
    const most = Math.min(bytes, this.conditions.segmentBytes);
    return this.#dice.chance(0.5) ? most : this.#dice.whole(1, most);
  }

  /** How late a process notices an event this time, in milliseconds. */
  wakeDelay(): number {
    const { wakeMs } = this.conditions;
    return wakeMs === 0 ? 0 : this.#dice.between(0, wakeMs);
  }
}

/** One direction of one connection: it keeps the order of what is sent. */
export class Lane {
  readonly route: Route;
  /** When the last segment arrives. */
  last = 0;

  constructor(route: Route) {
    this.route = route;
  }

  send(size: number, arrive: () => void): void {
    this.route.send(this, size, arrive);
  }
}
