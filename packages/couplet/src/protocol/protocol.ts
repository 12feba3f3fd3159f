import type { Details } from '../values/details.ts';
import type { Transport } from './transport.ts';

/** What a protocol knows of its factory unless it names the class of it. */
export interface AnyFactory {
  /** How many ports and connectors use the factory at present. */
  readonly numPorts: number;
}

/**
 * What a callback returns: nothing, or a promise. While the promise is pending, the connection does not read, and further data
 * waits. If it rejects, the error is reported to the observers and the connection is aborted with it, as if the callback had
 * thrown.
 */
export type Result = void | Promise<unknown>;

/** The factory that a protocol demands, in both variances. It exists in types only. */
interface Demand<F> {
  readonly strict: (factory: F) => void;
  loose(factory: F): void;
}

/** The callbacks of a protocol: what the engine calls. `Protocol` implements them; extend that. */
export interface Callbacks {
  /** The factory that built the protocol; set by the factory. */
  factory: unknown;
  /**
   * How many received bytes the protocol holds, because their message is not whole yet or was not delivered; the receivers of messages
   * have it. `timeoutMessage` bounds how long it stays above 0. A protocol without it is taken to hold nothing.
   */
  readonly heldBytes?: number;
  /** Called first, and once, with this protocol's side of the connection. */
  makeConnection(transport: Transport): Result;
  /** Called for bytes that arrived, cut anywhere. The chunk belongs to the protocol. */
  dataReceived(data: Buffer): Result;
  /** Called for a descriptor that the peer has handed over, before the bytes that it came with. It belongs to the protocol. */
  fileDescriptorReceived?(fd: number): Result;
  /** Called when reading goes on after `resumeProducing`: a protocol that holds bytes continues with them. */
  readingResumed?(): Result;
  /** Called when the TLS handshake that `startTLS` began is done. */
  handshakeCompleted?(): Result;
  /** Called by `startTLS`: returns the bytes that the protocol received and did not use. It must forget them: TLS reads them. */
  takeUnread?(): Buffer;
  /** Called when the peer has ended its output. Without this method the connection closes then. */
  readConnectionLost?(): Result;
  /** Called when the end of this side's output, which `loseWriteConnection` asked for, follows everything written. */
  writeConnectionLost?(): Result;
  /** Called once when the port of the connection drains, with the time that is left, in milliseconds. */
  draining?(leftMs: number): Result;
  /** Called once when the connection begins to end, before `connectionLost`. */
  leaving?(): Result;
  /** Called last, and once, when the connection is gone, with the reason. */
  connectionLost(reason: Error): Result;
  /** Returns what `facts` of the views of its connection are to show. */
  describe?(): Details;
}

/**
 * The type of protocols that run under a factory of the type F: `buildProtocol` returns one. (The parameter is compared loosely, so
 * that a subclass of a factory counts as that factory.)
 */
export interface ProtocolFor<F> extends Callbacks {
  readonly '~demand': Pick<Demand<F>, 'loose'>;
}

/** The type of protocols that demand a factory of the type F, or of a base class of it. */
export type ProtocolUnder<F> = Callbacks & { readonly '~demand': Demand<F> };

/** The type of classes, made without arguments, whose protocols demand a factory of the type F or of a base class of it. */
export type ProtocolClass<F> = new () => ProtocolUnder<F>;

/**
 * The behaviour of one connection: extend it, and override the callbacks that you need. A new instance serves each connection, so
 * its fields are the state of the connection; what connections share belongs to the factory. Name the class of the factory to
 * have `this.factory` typed: `class Poem extends Protocol<PoemFactory>`.
 *
 * Callbacks never run inside one another, and never inside a call on the transport. A callback may return a promise: the
 * connection does not read while it is pending. If a callback throws, or its promise rejects, the error is reported to the
 * observers and the connection is aborted with that error as the reason; other connections are not affected.
 */
export class Protocol<F = AnyFactory> {
  /** In types only: which factory this protocol demands. */
  declare readonly '~demand': Demand<F>;
  /** The factory that built this protocol. It is set before `connectionMade`. */
  declare factory: F;
  /** This protocol's side of its connection. It is set before `connectionMade`. */
  declare transport: Transport;

  /** Connects the protocol to a transport, and calls `connectionMade`. The engine calls it; a test may too. */
  makeConnection(transport: Transport): Result {
    this.transport = transport;
    transport.attach?.(this);
    return this.connectionMade();
  }

  /** Called when the connection is there: first, and once. */
  connectionMade(): Result {}

  /**
   * Called for bytes that arrived, cut where the network cut them. The chunk belongs to the protocol, which may keep or change
   * it.
   */
  dataReceived(_data: Buffer): Result {}

  /**
   * Called for a file descriptor that the peer has handed over (SCM_RIGHTS, unix(7)), before the bytes that it came with. Bytes that were
   * sent just before these may follow it too, so keep it until a message says what it is for. It is a number that belongs to the protocol
   * from then on, which has to close it: `adoptStreamConnection` takes one of a socket, `fs.closeSync` closes any.
   *
   * A protocol that wants descriptors has this method when its connection is made; for others the system closes them at once. They come
   * over UNIX sockets of `couplet/native` without TLS alone. Several that come together are passed on one after the other, at most 253;
   * what pauses the reading meanwhile, such as a promise that this returns, holds the bytes back and not these.
   */
  fileDescriptorReceived?(fd: number): Result;

  /**
   * Called when the connection is gone: last, and once. The reason is a `ConnectionDone`, `ConnectionLost` or
   * `ConnectionAborted`, the `TimeoutError` of a policy, the error given to `abortConnection`, or the one that a callback of this
   * protocol threw.
   *
   * After `loseConnection` it is called only when the peer has closed too, or has taken too long. So release what others can see
   * of this connection (a name, a transaction, a port) in `leaving`, not here.
   */
  connectionLost(_reason: Error): Result {}

  /**
   * Called when the peer has ended its output. Writing still works until this protocol closes the connection, which it has to do.
   * Without this method the engine acts as if the protocol had called `loseConnection`.
   */
  readConnectionLost?(): Result;
  /**
   * Called when this side's end of output, which `loseWriteConnection` asked for, follows everything written. Reading goes on.
   * Not called if the peer has ended its output already: then the connection closes.
   */
  writeConnectionLost?(): Result;
  /**
   * Called when the handshake that `startTLS` began is done: `transport.tls` says what it agreed on. From now on both directions
   * are encrypted.
   */
  handshakeCompleted?(): Result;
  /**
   * Called by `startTLS`. A protocol that holds bytes which it received and did not use has to return them here and to forget
   * them: TLS reads them.
   */
  takeUnread?(): Buffer;
  /**
   * Called when reading goes on after `resumeProducing`. A protocol that holds bytes which it received continues with them here.
   */
  readingResumed?(): Result;
  /**
   * Called once when the port of this connection drains: it has stopped listening, and waits for its connections to end by
   * themselves. `leftMs` is how long it waits, in milliseconds, at least 0; then it ends those that are left. A protocol that owes
   * its peer nothing closes the connection here, and one that does closes it when that is done.
   *
   * It is not called for a client, when the reactor stops without a drain, or once the connection has begun to end. It may be
   * called while the promise of another callback is pending. A promise that it returns pauses nothing, and is not waited for; if
   * it rejects, or if this throws, the connection is aborted as after any callback.
   */
  draining?(leftMs: number): Result;
  /**
   * Called once when the connection begins to end, whatever the cause: `loseConnection` or an abort of this side, the end of the peer's
   * output (unless this protocol has `readConnectionLost`, and goes on), a reset, a reactor that stops. Let go here of what others see of
   * the connection, such as a name or a place in a room: `connectionLost`, which follows in every case, may come much later.
   *
   * It is called after the code that began the end, not inside it. It may be called while the promise of another callback is pending, and
   * what had arrived before a reset may still be delivered after it. A promise that it returns is not waited for; if it rejects, or if
   * this throws, the error is reported and the connection is aborted.
   */
  leaving?(): Result;
  /**
   * Returns what `reactor.inspect()` and observers are to show of this protocol, such as the step of a login: names, and strings or
   * numbers, of which 20 are shown and 200 characters of each. Called only when a view is made. What it throws is shown in its place.
   */
  describe?(): Details;
}
