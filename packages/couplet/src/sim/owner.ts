import type { Schedule, SimEvent } from './schedule.ts';

/** Whose sockets they are: a process. */
export interface Owner<Socket> {
  readonly schedule: Schedule;
  /** False while its host has no power. */
  readonly powered: boolean;
  /** Runs a task of the process after that time; never once it has ended. */
  after(delayMs: number, task: () => void): SimEvent;
  /** The process has no descriptor for that socket any more. */
  forgo(socket: Socket): void;
  /** The kernel does not have it any more. */
  forget(socket: Socket): void;
  note(what: string): void;
  fault(what: string): void;
}
