import type { Address } from './address.ts';
import type { Callbacks } from './protocol.ts';
import type { Transport } from './transport.ts';

/** An error of the application: what a callback threw, or what its promise rejected with. */
export interface ErrorReport {
  /**
   * Whose callback: the class of the protocol or factory, with the peer where there is one: `Echo at 127.0.0.1:4321`. One
   * printable line, like `where`.
   */
  readonly who: string;
  /** The callback's name. */
  readonly where: string;
  readonly error: unknown;
}

/** Who wants to know what a reactor does. Every method is optional; what one throws is printed on standard error. */
export interface Observer {
  /** A callback failed. While no observer takes errors, they are printed on standard error, a line each; on a terminal with the stack below. */
  error?(report: ErrorReport): void;
  /** A port opened. */
  listening?(host: Address): void;
  /** A port closed. */
  stoppedListening?(host: Address): void;
  /** A connection was accepted and closed before it had a protocol: its TLS handshake failed, say. */
  connectionRefused?(peer: Address, reason: Error): void;
  /** A connection has its protocol; runs before `connectionMade`. */
  connectionMade?(transport: Transport, protocol: Callbacks): void;
  /** A connection is gone; runs after `connectionLost`. */
  connectionLost?(transport: Transport, reason: Error): void;
}
