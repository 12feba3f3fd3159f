import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { TlsContext } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { DONE } from '../node/cause.ts';
import { NO_TLS } from '../node/pipe-wire.ts';
import {
  hasEnded,
  type ReadingAction,
  type ReadingEvent,
  type ReadingState,
  readingTransition,
  refuses,
} from '../node/reading-life.ts';
import { CUT_SHORT, LOST } from '../node/stream-wire.ts';
import { codeOf } from '../tls/context.ts';
import type { BunEvents, BunSocket, BunTlsSocket } from './bun-sockets.ts';
import { NOWHERE } from './bun-sockets.ts';
import { causeOfBun } from './cause.ts';
import type { SocketEnds } from './ends.ts';
import { handshakeOf, type NativeHandshake } from './native-handshake.ts';

const BROKEN_PIPE: Cause = { kind: 'reset', code: 'EPIPE', detail: 'broken pipe' };

const { nextTick } = process;

/** A socket of Bun as a wire, in clear or under TLS. */
export class NativeWire implements Wire, BunEvents {
  /** The socket to use now; `startTls` replaces it. */
  #socket: BunSocket;
  readonly #ends: SocketEnds;
  #sink: Sink | undefined;
  #state: ReadingState;
  /** The cause for `onClosed`. */
  #cause: Cause = DONE;
  /** What the kernel has not taken of the latest chunk. */
  #held: Uint8Array | undefined;
  /** What arrived while reading was paused: Bun reads all that is there when the peer resets. */
  #arrived: Buffer[] | undefined;
  /** This side has sent FIN. */
  #ended = false;
  /** The peer has, behind what arrived. */
  #endArrived = false;
  /** This side closes the socket. */
  #closing = false;
  /** Bun has closed it. */
  #closed = false;
  /** The handshake since `startTls`; undefined in clear. */
  #tls: NativeHandshake | undefined;

  constructor(socket: BunSocket, ends: SocketEnds) {
    this.#socket = socket;
    this.#ends = ends;
    // That this end never reads the input of a child is the same as a peer that has ended its output.
    this.#state = ends.kind === 'input' ? 'ended' : 'flowing';
  }

  /** Begins to pass on what the socket receives. */
  attach(sink: Sink): void {
    this.#sink = sink;
  }

  get local(): SocketName | undefined {
    return this.#ends.local(this.#socket);
  }

  get peer(): SocketName | undefined {
    return this.#ends.peer(this.#socket);
  }

  get copies(): boolean {
    return false;
  }

  get unsent(): number {
    return this.#held?.length ?? 0;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#closed || refuses(this.#state)) return false;
    const taken = this.#socket.write(chunk);
    if (taken === chunk.length) return true;
    if (taken < 0) this.#take('refused', BROKEN_PIPE);
    else this.#held = chunk.subarray(taken);
    return false;
  }

  end(): void {
    // The output of a child has no output of this end.
    if (this.#ends.kind === 'output') return;
    this.#ended = true;
    // The peer had ended before: Bun does not close by itself. Under TLS that sends close_notify first.
    if (hasEnded(this.#state)) this.#part();
    else this.#socket.shutdown();
  }

  close(): void {
    this.#take('close');
  }

  abort(): void {
    this.#take('abort');
  }

  pause(): void {
    this.#take('pause');
  }

  resume(): void {
    this.#take('resume');
  }

  setNoDelay(on: boolean): void {
    if (this.#ends.kind === 'tcp') this.#socket.setNoDelay(on);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    // Bun counts whole seconds and drops the rest; 0 means the system's default.
    if (this.#ends.kind === 'tcp') this.#socket.setKeepAlive(on, Math.ceil(initialDelayMs / 1000) * 1000);
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    const tls = handshakeOf(context, serverName);
    if (this.#ends.kind === 'input' || this.#ends.kind === 'output') {
      this.#blame(NO_TLS);
      this.#take('abort');
      return;
    }
    if (this.#closed || (this.#state !== 'flowing' && this.#state !== 'paused')) {
      this.#take('startTls');
      return;
    }
    const initialData = Buffer.concat([unread, ...(this.#arrived ?? [])]);
    this.#arrived = undefined;
    this.#tls = tls;
    // Until the handshake is done.
    if (this.#state === 'paused') this.#socket.resume();
    const { isServer, handlers: socket, options } = tls;
    const upgrade = { data: this, isServer, socket, tls: options, ...(initialData.length > 0 && { initialData }) };
    const [raw, secured] = this.#socket.upgradeTLS(upgrade);
    raw.data = NOWHERE;
    this.#socket = secured;
    tls.secured = secured;
  }

  /** The handshake is under way. */
  get #securing(): boolean {
    return this.#tls?.done === false;
  }

  onOpen(socket: BunSocket): void {
    if (isSecured(socket)) this.#tls?.begin(socket);
  }

  onHandshake(success: boolean, error: Error | null | undefined): void {
    const tls = this.#tls;
    if (tls === undefined || tls.done) return;
    if (!success && !isJudgement(error)) {
      // Perhaps inside the call that began it: what arrived before was no handshake.
      this.#fail(error);
      return;
    }
    const { secured } = tls;
    if (secured === undefined) return;
    tls.done = true;
    const outcome = tls.judge(secured, error);
    if ('kind' in outcome) {
      // A client of TLS 1.3 has finished its handshake before, and must not take this for an orderly end.
      this.#blame(outcome);
      this.#take('abort');
      return;
    }
    if (this.#state === 'paused') secured.pause();
    this.#sink = this.#sink?.onSecured(outcome);
  }

  onError(error: Error): void {
    this.#fail(error);
  }

  onSession(ticket: Buffer): void {
    const tls = this.#tls;
    if (tls?.secured !== undefined) tls.remember(tls.secured, ticket);
  }

  /** TLS broke, or the peer has cut the handshake short. The event may come inside a call of this side. */
  #fail(error: Error | null | undefined): void {
    const cause = error === null || error === undefined ? CUT_SHORT : causeOfBun(error);
    this.#blame(cause.code === 'ECONNRESET' || cause === CUT_SHORT ? CUT_SHORT : { ...cause, kind: 'tls' });
    nextTick(() => this.#take(this.#arrived === undefined ? 'failed' : 'failedBehind'));
  }

  onChunk(chunk: Buffer): void {
    const state = this.#state;
    if (this.#arrived !== undefined) this.#arrived.push(chunk);
    else if (reads(state)) this.#sink?.onData(chunk);
    else if (state === 'paused' || state === 'brokenPaused') this.#arrived = [chunk];
  }

  onEnd(): void {
    // That a child has closed its input shows when it is written to.
    if (this.#ends.kind === 'input') return;
    if (this.#securing) {
      this.#blame(CUT_SHORT);
      this.#take('failed');
      return;
    }
    this.#endReading();
    // This side had ended before: Bun does not close by itself.
    if (this.#ended && !this.#closed) this.#cut();
  }

  onDrain(): void {
    const held = this.#held;
    if (held === undefined) return;
    const taken = this.#socket.write(held);
    if (taken < 0) {
      this.#held = undefined;
      this.#take('refused', BROKEN_PIPE);
    } else if (taken < held.length) this.#held = held.subarray(taken);
    else {
      this.#held = undefined;
      if (!refuses(this.#state)) this.#sink?.onWritable();
    }
  }

  onClose(error: Error | undefined): void {
    this.#closed = true;
    // Inside a call of this side, and outside of an event, Bun runs the next ticks before that returns.
    if (this.#closing) setImmediate(() => this.#over(error));
    else nextTick(() => this.#over(error));
  }

  /** The peer has ended. What arrived before is passed on first. */
  #endReading(): void {
    if (this.#arrived === undefined) this.#take('fin');
    else this.#endArrived = true;
  }

  /** The socket is closed. What arrived before is passed on first. */
  #over(error: Error | undefined): void {
    if (error !== undefined) this.#blame(causeOfBun(error));
    // Once this side has ended, the end of the peer is told in this way.
    else if (this.#ended && (this.#state === 'flowing' || this.#state === 'paused')) this.#endReading();
    if (this.#arrived === undefined) {
      if (error !== undefined) this.#take('failed');
      this.#tellClosed();
    } else if (!this.#endArrived) {
      if (this.#state !== 'left') this.#blame(LOST);
      this.#take('failedBehind');
    }
  }

  #tellClosed(): void {
    if (this.#state === 'gone' || this.#state === 'closeHeld' || this.#state === 'closeDue') return;
    const known = this.#cause !== DONE || this.#ended;
    this.#take(known ? 'closed' : 'lost');
  }

  /** Applies an event to the state of the wire; nothing else changes the state. */
  #take(event: ReadingEvent, cause: Cause = this.#cause): void {
    const transition = readingTransition(this.#state, event);
    if (transition === undefined) return;
    this.#state = transition.to;
    this.#act(transition.action, cause);
  }

  #act(action: ReadingAction, cause: Cause): void {
    switch (action) {
      case 'none':
      case 'ask':
        return;
      case 'pause':
        // After a write was refused, only a socket that reads tells that it is closed.
        if (!refuses(this.#state) && !this.#securing) this.#socket.pause();
        return;
      case 'resume':
        this.#resume();
        return;
      case 'cut':
        this.#cut();
        return;
      case 'part':
        this.#part();
        return;
      case 'reset':
        this.#reset();
        return;
      case 'tellEnd':
        this.#sink?.onEof();
        return;
      case 'tellRefused':
        this.#sink?.onWriteFailed(this.#cause);
        return;
      case 'tellRefusedAndCut':
        this.#sink?.onWriteFailed(this.#cause);
        this.#cut();
        return;
      case 'tellBoth':
        this.#sink?.onEof();
        this.#sink?.onClosed(this.#cause);
        return;
      case 'tellLost':
        this.#blame(LOST);
        this.#sink?.onClosed(this.#cause);
        return;
      case 'tellClosed':
        this.#sink?.onClosed(this.#cause);
        return;
      case 'tellClosedLater':
        nextTick(() => this.#sink?.onClosed(this.#cause));
        return;
      case 'resumeAndRelease':
        this.#resume();
        nextTick(() => this.#take('due'));
        return;
      case 'release':
        nextTick(() => this.#take('due'));
        return;
      case 'noteRefused':
      case 'noteReset':
        this.#blame(cause);
        this.#socket.resume();
        nextTick(() => this.#take('report'));
        return;
      case 'cutShort':
        this.#blame(CUT_SHORT);
        this.#cut();
        return;
      case 'cutShortLater':
        this.#blame(CUT_SHORT);
        nextTick(() => this.#sink?.onClosed(this.#cause));
    }
  }

  /** The first cause counts. */
  #blame(cause: Cause): void {
    if (this.#cause === DONE) this.#cause = cause;
  }

  #cut(): void {
    this.#arrived = undefined;
    this.#closing = true;
    if (this.#closed) nextTick(() => this.#tellClosed());
    else this.#socket.close();
  }

  #part(): void {
    // That sends close_notify.
    if (this.#tls?.done === true && !this.#closed) this.#socket.shutdown();
    this.#cut();
  }

  #reset(): void {
    this.#arrived = undefined;
    this.#closing = true;
    if (this.#closed) nextTick(() => this.#tellClosed());
    else this.#socket.terminate();
  }

  #resume(): void {
    if (this.#arrived === undefined) this.#socket.resume();
    else nextTick(() => this.#deliver());
  }

  /** Passes on what arrived while reading was paused, until it is paused again. */
  #deliver(): void {
    while (this.#arrived !== undefined && reads(this.#state)) {
      const chunk = this.#arrived.shift();
      if (this.#arrived.length === 0) this.#arrived = undefined;
      if (chunk !== undefined) this.#sink?.onData(chunk);
    }
    if (this.#arrived !== undefined) return;
    if (this.#endArrived) this.#take('fin');
    if (this.#closed) this.#tellClosed();
    else if (reads(this.#state)) this.#socket.resume();
  }
}

/**
 * Whether an error of a handshake is about the certificate of the peer, or its name: such a handshake is done nevertheless, and the error is
 * left to who asked for the certificate.
 */
function isJudgement(error: Error | null | undefined): boolean {
  const code = error === null || error === undefined ? '' : codeOf(error);
  return code !== '' && code !== 'ECONNRESET' && !/^E(?:PROTO$|RR_(?:SSL|OSSL)_)/.test(code);
}

function isSecured(socket: BunSocket): socket is BunTlsSocket {
  return 'setSession' in socket;
}

/** Whether what arrives is passed on in a state. */
function reads(state: ReadingState): boolean {
  return state === 'flowing' || state === 'broken' || state === 'failureDue';
}
