import type { Order, Report } from '../ipc/messages.ts';
import type { ChildCommand } from './runtime.ts';

/** A process that runs an application, or this one in its place. */
export interface Child {
  readonly pid: number;
  /** Whether many orders wait to be sent to it. */
  readonly full: boolean;
  /** Sends it an order; what cannot be sent is lost, as the process has ended or does soon. */
  send(order: Order): void;
  /** Sends it a signal, if it has not ended. */
  kill(signal: 'SIGTERM' | 'SIGABRT' | 'SIGKILL'): void;
}

/** Is told what happens to a child. */
export interface ChildEvents {
  onReport(report: Report): void;
  /** Called once, last. `error` says why it could not be started; then it has neither a status nor a signal. */
  onExit(status: number | null, signal: string | null, error?: Error): void;
}

/**
 * Starts children by a command. `descriptors` are the numbers of sockets in this process; the child finds them from 4 on, in this order.
 */
export interface Children {
  start(descriptors: readonly number[], events: ChildEvents, command: ChildCommand): Child;
}

/** The number of the first descriptor that a child inherits. */
export const FIRST_INHERITED = 4;
