import type { Order, Report } from '../ipc/messages.ts';

/** What the fleet of a worker tells its supervisor. */
export type FleetReport = Extract<
  Report,
  { kind: 'acquire' | 'release' | 'publish' | 'subscribe' | 'join' | 'leave' | 'list' }
>;

/** What a supervisor tells the fleet of a worker. */
export type FleetOrder = Extract<Order, { kind: 'answer' | 'message' | 'interrupted' | 'present' }>;

/** Hands a report to the supervisor, in order and without waiting. Does not throw; once the supervisor has ended it does nothing. */
export type Tell = (report: FleetReport) => void;

/** How a supervisor reaches its workers. */
export interface Reach<W> {
  /** Hands an order to a worker, in order and without waiting. Does not throw; what is for a worker that has ended is lost. */
  send(worker: W, order: FleetOrder): void;
  /** Whether so much waits to be sent to that worker that messages for it have to be left out. */
  full(worker: W): boolean;
}
