import type { Schedule, SimEvent } from './schedule.ts';

/** The process that a socket belongs to. */
export interface Owner<Socket> {
  readonly schedule: Schedule;
  /** False while its host has no power. */
  readonly powered: boolean;
  /** Runs a task of the process after a delay; never once the process has ended. */
  after(delayMs: number, task: () => void): SimEvent;
  /** The process has no descriptor for that socket any more. */
  forgo(socket: Socket): void;
  /** The kernel has forgotten the socket. */
  forget(socket: Socket): void;
  note(what: string): void;
  fault(what: string): void;
}
