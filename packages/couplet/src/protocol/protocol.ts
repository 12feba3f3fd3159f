import type { Transport } from './transport.ts';

/** What a protocol may know of its factory when it names no class for it. */
export interface AnyFactory {
  /** How many ports and connectors use the factory now. */
  readonly numPorts: number;
}

/**
 * What a callback returns: nothing, or a promise. While the promise is pending, the connection reads no further and the
 * next data waits; when it rejects, the connection is aborted with the error, as if the callback had thrown.
 */
export type Result = void | Promise<unknown>;

/** The factory that a protocol demands, in both variances. Exists in types only. */
interface Demand<F> {
  readonly strict: (factory: F) => void;
  loose(factory: F): void;
}

/** A protocol as the engine sees it: the callbacks. */
export interface Callbacks {
  factory: unknown;
  makeConnection(transport: Transport): Result;
  dataReceived(data: Buffer): Result;
  readingResumed?(): Result;
  handshakeCompleted?(): Result;
  takeUnread?(): Buffer;
  readConnectionLost?(): Result;
  writeConnectionLost?(): Result;
  connectionLost(reason: Error): Result;
}

/**
 * A protocol that runs under factories of type F. This is what `buildProtocol` returns. (The parameter is compared
 * loosely, so that a subclass of a factory is still that factory.)
 */
export interface ProtocolFor<F> extends Callbacks {
  readonly '~demand': Pick<Demand<F>, 'loose'>;
}

/** A protocol that demands a factory of type F or less. */
export type ProtocolUnder<F> = Callbacks & { readonly '~demand': Demand<F> };

/** A class of such protocols. */
export type ProtocolClass<F> = new () => ProtocolUnder<F>;

/**
 * One connection's behaviour: extend it and override the callbacks you need. A new instance serves each connection, so
 * its fields are the connection's state; what connections share belongs to the factory. Name the factory's class to have
 * `this.factory` typed: `class Poem extends Protocol<PoemFactory>`.
 *
 * Callbacks never run inside one another, and never inside a call on the transport. One that throws aborts its
 * connection, which ends with that error as the reason; no other connection notices.
 */
export class Protocol<F = AnyFactory> {
  /** Type only: which factory this protocol demands. */
  declare readonly '~demand': Demand<F>;
  /** The factory that built this protocol. Set before `connectionMade`. */
  declare factory: F;
  /** This protocol's side of its connection. Set before `connectionMade`. */
  declare transport: Transport;

  /** Connects the protocol to a transport and runs `connectionMade`. The engine calls it; so may a test. */
  makeConnection(transport: Transport): Result {
    this.transport = transport;
    transport.attach?.(this);
    return this.connectionMade();
  }

  /** The connection is there. Runs once, first. */
  connectionMade(): Result {}

  /** Bytes arrived, cut wherever the network cut them. The chunk is yours to keep. */
  dataReceived(_data: Buffer): Result {}

  /**
   * The connection is gone. Runs once, last. The reason is a `ConnectionDone`, `ConnectionLost` or `ConnectionAborted`, a
   * policy's `TimeoutError`, the error given to `abortConnection`, or the one that a callback of this protocol threw. After
   * `loseConnection` it comes only when the peer has closed too, or has taken too long: what others see of this connection (a
   * name, a transaction, a port) is to be let go where one decides to leave.
   */
  connectionLost(_reason: Error): Result {}

  /**
   * The peer closed its side; writing still works until this protocol closes. Without this method the engine acts as if
   * the protocol had called `loseConnection`.
   */
  readConnectionLost?(): Result;
  /**
   * This side's end of output, asked for with `loseWriteConnection`, is on its way after everything written, and reading goes
   * on. Not called when the peer had ended its output already: then the connection closes.
   */
  writeConnectionLost?(): Result;
  /** The handshake that `startTLS` began is done: `transport.tls` says what it agreed on. What follows, either way, is encrypted. */
  handshakeCompleted?(): Result;
  /** `startTLS` was called: a protocol that holds bytes which it was given, and has not used, gives them up. TLS reads them. */
  takeUnread?(): Buffer;
  /** Reading goes on after `resumeProducing`: a protocol that held back bytes it had been given continues with them here. */
  readingResumed?(): Result;
}
