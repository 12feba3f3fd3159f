import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cause } from '../../seam/cause.ts';
import type { Sink } from '../../seam/wire.ts';
import { causeOf, causeOfThrown, DONE } from './cause.ts';
import { type Guard, guardWrites, type Written } from './guard.ts';
import {
  type ReadingAction,
  type ReadingEvent,
  type ReadingState,
  readingTransition,
  refuses,
} from './reading-life.ts';

export const NOTHING: Uint8Array = new Uint8Array(0);
export const LOST: Cause = { kind: 'reset', code: '', detail: 'the connection was lost' };
const RESET: Cause = { kind: 'reset', code: 'ECONNRESET', detail: 'connection reset by peer' };
export const CUT_SHORT: Cause = {
  kind: 'reset',
  code: '',
  detail: 'the peer ended the connection during the handshake',
};
const wireOf: unique symbol = Symbol('wire');

/** A stream with its wire as a property, so that all share their listeners, and an idle one costs no closures. */
interface Wired extends Duplex {
  readonly [wireOf]: StreamWire<Duplex>;
}

/** The part of a wire that is the same in clear and under TLS: how its stream is read, and that writes may be refused. */
export abstract class StreamWire<S extends Duplex = Socket> implements Guard {
  /** The sink of the wire, from `attach` on. */
  sink: Sink | undefined;
  /** The stream that is read and written. */
  protected readonly stream: S;
  /** The path of a UNIX socket's listening end, empty for what is neither that nor TCP; undefined for TCP. */
  protected readonly path: string | undefined;
  /** The cause for `onClosed`. */
  protected cause: Cause = DONE;
  #state: ReadingState;
  /** The callback of all writes of the stream; undefined before the first one. */
  #written: Written | undefined;
  #guarded = false;

  constructor(stream: S, path: string | undefined, state: ReadingState) {
    this.stream = stream;
    this.path = path;
    this.#state = state;
  }

  /** The stream of the connection itself. */
  protected abstract get raw(): Duplex;

  /** Closes the stream in order. */
  protected abstract part(): void;

  /** Whether an end that the runtime reports may be a reset, as far as is known. */
  protected abstract get endIsDoubtful(): boolean;

  get state(): ReadingState {
    return this.#state;
  }

  /** Begins to pass on what the stream receives. */
  attach(sink: Sink): void {
    this.sink = sink;
    this.listen();
  }

  protected listen(): void {
    const stream: Duplex = this.stream;
    const wired: Wired = Object.assign(stream, { [wireOf]: this });
    wired.on('error', onError);
    wired.on('close', onClose);
    wired.on('end', onEnd);
    wired.on('data', onData);
  }

  /** Ignores the events of the stream from now on. */
  protected ignore(): void {
    this.stream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onError);
  }

  /** Ignores data and end of the stream from now on. */
  protected ignoreInput(): void {
    this.stream.off('data', onData).off('end', onEnd);
  }

  /** Listens for errors, under that name of event, of a stream that is not the one that is read. */
  protected listenForErrors(stream: Duplex, event: string): void {
    const wired: Wired = Object.assign(stream, { [wireOf]: this });
    wired.on(event, onError);
  }

  /** Applies an event to the state of the wire; nothing else changes the state. */
  take(event: ReadingEvent, cause: Cause = this.cause): void {
    const transition = readingTransition(this.#state, event);
    if (transition === undefined) return;
    this.#state = transition.to;
    this.#act(transition.action, cause);
  }

  #act(action: ReadingAction, cause: Cause): void {
    switch (action) {
      case 'none':
        return;
      case 'pause':
        this.stream.pause();
        return;
      case 'resume':
        this.stream.resume();
        return;
      case 'cut':
        this.cut();
        return;
      case 'part':
        this.part();
        return;
      case 'reset':
        this.reset();
        return;
      case 'ask':
        this.ask(() => this.take('fin'));
        return;
      case 'tellEnd':
        this.sink?.onEof();
        return;
      case 'tellRefused':
        this.sink?.onWriteFailed(this.cause);
        return;
      case 'tellRefusedAndCut':
        this.sink?.onWriteFailed(this.cause);
        if (this.#state === 'brokenEnded') this.cut();
        return;
      case 'tellBoth':
        this.sink?.onEof();
        this.sink?.onClosed(this.cause);
        return;
      case 'tellLost':
        this.blame(LOST);
        this.sink?.onClosed(this.cause);
        return;
      case 'tellClosed':
        this.sink?.onClosed(this.cause);
        return;
      case 'tellClosedLater':
        process.nextTick(() => this.sink?.onClosed(this.cause));
        return;
      case 'resumeAndRelease':
        this.stream.resume();
        process.nextTick(() => this.take('due'));
        return;
      case 'release':
        process.nextTick(() => this.take('due'));
        return;
      case 'noteRefused':
      case 'noteReset':
        // A reset that was taken for the end is not reported as such. The sink is told first what happened before.
        this.blame(action === 'noteReset' && this.path === undefined ? RESET : cause);
        this.#readAhead();
        process.nextTick(() => this.take('report'));
        return;
      case 'cutShort':
        this.blame(CUT_SHORT);
        this.cut();
        return;
      case 'cutShortLater':
        this.blame(CUT_SHORT);
        process.nextTick(() => this.sink?.onClosed(this.cause));
    }
  }

  /** Reads one chunk of a paused socket, unless it holds one: Deno does not, and only a socket that is read tells that it has ended. */
  #readAhead(): void {
    const { stream, raw } = this;
    if (this.#state === 'brokenPaused' && stream === raw && stream instanceof Socket && stream.readableLength === 0)
      stream._read(1);
  }

  /** The first cause counts. */
  protected blame(cause: Cause): void {
    if (this.cause === DONE) this.cause = cause;
  }

  /**
   * Closes the descriptor at once. When the socket under TLS has been destroyed, TLS must end by itself: Node crashes if it is
   * destroyed as well.
   */
  protected cut(): void {
    if (!this.raw.destroyed) this.stream.destroy();
  }

  protected reset(): void {
    const { stream, raw } = this;
    if (stream.destroyed || raw.destroyed) return;
    // A UNIX socket has no reset, a shutdown under way forbids it, and the method of a TLS socket only throws.
    const shuttingDown = stream.writableEnded && !stream.writableFinished;
    if (this.path === undefined && !shuttingDown && raw instanceof Socket) raw.resetAndDestroy();
    else stream.destroy();
  }

  drained(): void {
    // What is written when the wire is left ends inside of that call on Deno.
    if (!(refuses(this.#state) || this.#state === 'left' || this.stream.destroyed)) this.sink?.onWritable();
  }

  /** The stream broke. */
  failed(cause: Cause): void {
    this.blame(cause);
    this.take('failed');
  }

  /** The stream has ended. A paused stream reports its end too, once it holds no data. */
  ended(): void {
    const { stream } = this;
    // The kernel can be asked, unless this side has ended or has writes that wait; UNIX sockets have no resets.
    const asked = this.path !== undefined || stream.writableEnded || stream.writableLength > 0;
    this.take(!asked && this.endIsDoubtful ? 'end' : 'fin');
  }

  /** The stream is closed, which TLS may do without an error. */
  closed(): void {
    this.take(this.cause === DONE && !this.stream.writableFinished ? 'lost' : 'closed');
  }

  /** Asks the kernel whether the connection still exists, by an empty write, which does not make a packet on a socket. */
  protected ask(answered: () => void): void {
    const { raw } = this;
    if (raw.destroyed || !(raw instanceof Socket)) return;
    this.guard();
    raw.write(NOTHING, answered);
  }

  /** Guards the writes, from the first one on: most idle connections have written nothing. */
  protected guard(): void {
    if (this.#guarded) return;
    this.#guarded = true;
    const { stream, raw } = this;
    if (stream instanceof Socket) guardWrites(stream, this);
    if (raw !== stream && raw instanceof Socket) guardWrites(raw, this);
  }

  /** Returns the callback for the runtime. Node has one for all writes of a stream, so one in its place is enough. */
  keep(stream: Duplex, written: Written): Written {
    if (stream !== this.stream) return this.#guardedBy(written);
    this.#written ??= this.#guardedBy(written);
    return this.#written;
  }

  /** Apart from `keep`, because a function that contains another one costs memory at each call. */
  #guardedBy(written: Written): Written {
    return (error) => {
      // A write failed later: the stream is not told, and goes on reading.
      if (error !== undefined && error !== null && !this.stream.destroyed) this.take('refused', refusalOf(error));
      written();
    };
  }
}

/** Deno cancels what TLS has to write before it says why. */
function refusalOf(error: Error): Cause {
  const cause = causeOf(error);
  return cause.code === 'ECANCELED' ? LOST : cause;
}

function onData(this: Wired, chunk: Buffer): void {
  const wire = this[wireOf];
  // A stream that is closed while it resumes still passes on what it holds.
  if (wire.state !== 'left') wire.sink?.onData(chunk);
}

/** The stream is empty again after it was above its own mark. */
export function onDrain(this: Wired): void {
  this[wireOf].drained();
}

function onEnd(this: Wired): void {
  this[wireOf].ended();
}

/** A stream of the program's own may fail with anything. */
function onError(this: Wired, error: unknown): void {
  this[wireOf].failed(causeOfThrown(error));
}

function onClose(this: Wired): void {
  this[wireOf].closed();
}
