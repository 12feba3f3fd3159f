import { Socket } from 'node:net';
import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { KernelSocket } from '../../seam/kernel.ts';
import type { TlsContext } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { DONE } from '../node/cause.ts';
import {
  hasEnded,
  type ReadingAction,
  type ReadingEvent,
  type ReadingState,
  readingTransition,
  refuses,
} from '../node/reading-life.ts';
import { SOCKET_OPTIONS } from '../node/socket-wire.ts';
import { CUT_SHORT } from '../node/stream-wire.ts';
import { NodeTlsContext } from '../tls/context.ts';
import { TlsWire } from '../tls/tls-wire.ts';
import { Descriptors } from './descriptors.ts';
import type { KernelEnds } from './ends.ts';
import { causeOfErrno } from './errno.ts';
import type { LinuxKernel } from './kernel.ts';
import { descriptorOf, kernelSocket } from './kernel-socket.ts';
import {
  EAGAIN,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  IPPROTO_TCP,
  SHUT_WR,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from './linux.ts';
import { NO_DESCRIPTOR, UNWATCHED, type Watched } from './readiness.ts';
import { settle } from './turns.ts';

/** What comes unasked when a connection is broken, or both sides have ended. */
const BROKEN = EPOLLERR | EPOLLHUP;
const INPUT = EPOLLIN | EPOLLRDHUP;
/** How many bytes a socket passes on before others have their turn. */
const MOST_IN_A_TURN = 256 * 1024;
/** How often, and how many seconds apart, the kernel probes a silent peer before it gives it up: as Node asks it to. */
const PROBES = 10;
const PROBE_INTERVAL = 1;

const { nextTick } = process;

/** A socket of the kernel as a wire: in clear until `startTls`, and from then on a socket of Node. */
export class KernelWire implements Wire, Watched {
  fd: number;
  interest: number = UNWATCHED;
  serial: number = 0;
  readonly #kernel: LinuxKernel;
  readonly #ends: KernelEnds;
  #sink: Sink | undefined;
  #state: ReadingState;
  /** The cause for `onClosed`. */
  #cause: Cause = DONE;
  /** What the kernel has not taken of the latest chunk. */
  #held: Uint8Array | undefined;
  /** This side has sent FIN. */
  #ended = false;
  /** The last read found more than a message. */
  #bulk = false;
  /** What goes along with the bytes of a UNIX socket in clear; undefined until `kernel` was asked for. */
  #descriptors: Descriptors | undefined;
  /** Reads and writes the socket since `startTls`. */
  #tls: HandedSocket | undefined;

  /** `paused`: nothing is read before the first `resume`. */
  constructor(kernel: LinuxKernel, fd: number, ends: KernelEnds, paused: boolean) {
    this.#kernel = kernel;
    this.fd = fd;
    this.#ends = ends;
    this.#state = paused ? 'paused' : 'flowing';
    kernel.readiness.open(this);
  }

  /** Begins to pass on what the socket receives; null refuses it, and closes it. */
  attach(sink: Sink | null): void {
    if (sink === null) {
      this.close();
      return;
    }
    this.#sink = sink;
    if (this.#tls === undefined) this.#wait();
    else this.#tls.wire.attach(sink);
  }

  get local(): SocketName | undefined {
    if (this.#tls !== undefined) return this.#tls.local;
    return this.fd === NO_DESCRIPTOR ? undefined : this.#ends.local(this.#kernel.calls, this.fd);
  }

  get peer(): SocketName | undefined {
    if (this.#tls !== undefined) return this.#tls.peer;
    return this.fd === NO_DESCRIPTOR ? undefined : this.#ends.peer(this.#kernel.calls, this.fd);
  }

  get copies(): boolean {
    return this.#tls?.wire.copies ?? false;
  }

  get unsent(): number | undefined {
    return this.#tls === undefined ? (this.#held?.length ?? 0) : undefined;
  }

  get kernel(): KernelSocket {
    const { calls, readiness } = this.#kernel;
    const isUnix = this.#ends.path !== undefined;
    if (isUnix && this.fd !== NO_DESCRIPTOR) this.#descriptors ??= new Descriptors(calls, readiness);
    const descriptor = (): number => (this.#tls === undefined ? this.fd : descriptorOf(this.#tls.socket));
    return kernelSocket(calls, descriptor, isUnix, this.fd === NO_DESCRIPTOR ? undefined : this.#descriptors);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#tls !== undefined) return this.#tls.wire.write(chunk);
    if (this.fd === NO_DESCRIPTOR || refuses(this.#state)) return false;
    const taken = (this.#descriptors ?? this.#kernel.calls).write(this.fd, chunk);
    if (taken === chunk.length) return true;
    this.#hold(chunk, taken);
    return false;
  }

  /** Keeps what the kernel has not taken, unless it refuses it. */
  #hold(chunk: Uint8Array, taken: number): void {
    if (taken >= 0 || taken === -EAGAIN) {
      this.#held = taken > 0 ? chunk.subarray(taken) : chunk;
      this.#wait();
      return;
    }
    this.#held = undefined;
    this.#take('refused', causeOfErrno(taken));
  }

  end(): void {
    if (this.#tls !== undefined) {
      this.#tls.wire.end();
      return;
    }
    this.#ended = true;
    if (this.fd === NO_DESCRIPTOR) return;
    // Both sides have ended.
    if (hasEnded(this.#state)) this.#cut();
    else this.#kernel.calls.shutdown(this.fd, SHUT_WR);
  }

  close(): void {
    if (this.#tls === undefined) this.#take('close');
    else this.#tls.wire.take('close');
  }

  abort(): void {
    if (this.#tls === undefined) this.#take('abort');
    else this.#tls.wire.take('abort');
  }

  /** The kernel goes on telling that there is input until it is told once, as most pauses are short. */
  pause(): void {
    if (this.#tls === undefined) this.#take('pause');
    else this.#tls.wire.take('pause');
  }

  resume(): void {
    if (this.#tls === undefined) this.#take('resume');
    else this.#tls.wire.take('resume');
  }

  setNoDelay(on: boolean): void {
    if (this.#tls !== undefined) this.#tls.socket.setNoDelay(on);
    else if (this.#isTcp) this.#kernel.calls.setOption(this.fd, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    // The kernel counts whole seconds; 0 means the system's default.
    const seconds = Math.ceil(initialDelayMs / 1000);
    if (this.#tls !== undefined) {
      this.#tls.socket.setKeepAlive(on, seconds * 1000);
      return;
    }
    if (!this.#isTcp) return;
    const { calls } = this.#kernel;
    calls.setOption(this.fd, SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0);
    if (!on || seconds === 0) return;
    calls.setOption(this.fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
    calls.setOption(this.fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_INTERVAL);
    calls.setOption(this.fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
  }

  get #isTcp(): boolean {
    return this.fd !== NO_DESCRIPTOR && this.#ends.path === undefined;
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    if (!(context instanceof NodeTlsContext)) throw new TypeError('the TLS context belongs to another backend');
    const state = this.#state;
    this.#take('startTls');
    if (this.#state !== 'handed') return;
    const { local, peer } = this;
    const { path } = this.#ends;
    const { fd } = this;
    this.#kernel.readiness.leave(this);
    this.fd = NO_DESCRIPTOR;
    this.#descriptors?.close();
    const socket = new Socket({ ...SOCKET_OPTIONS, fd });
    socket.pause();
    // TLS reads this first.
    if (unread.length > 0) socket.unshift(unread);
    const wire = new TlsWire(socket, context.secure(socket, serverName), path, state);
    this.#tls = { socket, wire, local, peer };
    if (this.#sink !== undefined) wire.attach(this.#sink);
  }

  onReady(events: number): void {
    if (this.#held !== undefined && (events & (EPOLLOUT | BROKEN)) !== 0) this.#flush(this.#held);
    if (reads(this.#state)) {
      if ((events & (INPUT | BROKEN)) !== 0) this.#read(events);
    } else if ((events & EPOLLERR) !== 0) this.#break();
    if (this.fd === NO_DESCRIPTOR || (events & ~this.#wanted) === 0) return;
    // What is not wanted would be told again and again. What comes unasked can only be ended by not waiting at all.
    if ((events & BROKEN) === 0 || this.#wanted !== 0) this.#wait();
    else this.#kernel.readiness.wait(this, UNWATCHED);
  }

  /** What is of interest now. */
  get #wanted(): number {
    return (reads(this.#state) ? INPUT : 0) | (this.#held === undefined ? 0 : EPOLLOUT);
  }

  #wait(): void {
    if (this.fd === NO_DESCRIPTOR) return;
    const failure = this.#kernel.readiness.wait(this, this.#wanted);
    if (failure < 0) this.#fail(causeOfErrno(failure));
  }

  #flush(held: Uint8Array): void {
    // A chunk whose memory was transferred has no bytes any more.
    const taken = held.length === 0 ? 0 : (this.#descriptors ?? this.#kernel.calls).write(this.fd, held);
    if (taken !== held.length) {
      this.#hold(held, taken);
      return;
    }
    this.#held = undefined;
    this.#sink?.onWritable();
    settle();
  }

  /** Passes on what there is. */
  #read(events: number): void {
    const { landing } = this.#kernel;
    const descriptors = this.#descriptors?.wanted === true ? this.#descriptors : undefined;
    const kept = descriptors?.takeKept();
    if (kept !== undefined) {
      this.#sink?.onData(kept);
      return;
    }
    for (let passed = 0; passed < MOST_IN_A_TURN; ) {
      const bulk = this.#bulk || descriptors !== undefined;
      const count = landing.read(this.fd, bulk, descriptors);
      if (count <= 0) {
        this.#endReading(count);
        return;
      }
      this.#bulk = landing.isBulk(count);
      passed += count;
      const chunk = landing.take(count, bulk);
      if (descriptors?.tell(settle) === true && (this.fd === NO_DESCRIPTOR || !reads(this.#state))) {
        descriptors.keep(chunk);
        return;
      }
      this.#sink?.onData(chunk);
      // There is no more, unless the kernel has said what comes after it.
      if (!landing.isFull(count) && (events & (EPOLLRDHUP | BROKEN)) === 0) return;
      settle();
      if (this.fd === NO_DESCRIPTOR || !reads(this.#state)) return;
    }
  }

  /** There is no more to read: for now, or because the peer has ended, or as the connection is broken. */
  #endReading(result: number): void {
    if (result === -EAGAIN) return;
    if (result < 0) {
      this.#fail(causeOfErrno(result));
      return;
    }
    this.#take('fin');
    // What this side does in turn is most often to close.
    settle();
    // Both sides have ended.
    if (this.#ended && this.#state === 'ended') this.#cut();
  }

  /** The connection is broken, and nothing is read: what had arrived stays in the kernel. */
  #break(): void {
    const errno = this.#kernel.calls.option(this.fd, SOL_SOCKET, SO_ERROR);
    if (errno <= 0) return;
    if (this.#state === 'paused') this.#take('refused', causeOfErrno(errno));
    else this.#fail(causeOfErrno(errno));
  }

  #fail(cause: Cause): void {
    this.#blame(cause);
    this.#take('failed');
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
      case 'resume':
        this.#wait();
        if (this.#descriptors?.keeps === true) nextTick(() => this.onReady(EPOLLIN));
        return;
      case 'cut':
      case 'part':
        this.#cut();
        return;
      case 'reset':
        if (this.#isTcp) this.#kernel.calls.setOption(this.fd, SOL_SOCKET, SO_LINGER, 1, 0);
        this.#cut();
        return;
      case 'tellEnd':
        this.#sink?.onEof();
        return;
      case 'tellRefused':
        this.#sink?.onWriteFailed(this.#cause);
        // Otherwise that is told once it has been read.
        if (this.#state !== 'brokenPaused' || this.#descriptors?.keeps === true) return;
        if (this.#kernel.calls.unread(this.fd) <= 0) this.#take('failed');
        return;
      case 'tellRefusedAndCut':
        this.#sink?.onWriteFailed(this.#cause);
        this.#cut();
        return;
      case 'tellClosed':
        this.#sink?.onClosed(this.#cause);
        return;
      case 'noteRefused':
      case 'noteReset':
        this.#blame(cause);
        nextTick(() => this.#take('report'));
        return;
      case 'cutShort':
        this.#blame(CUT_SHORT);
        this.#cut();
    }
  }

  /** The first cause counts. */
  #blame(cause: Cause): void {
    if (this.#cause === DONE) this.#cause = cause;
  }

  /** Closes the descriptor. */
  #cut(): void {
    const { fd } = this;
    if (fd === NO_DESCRIPTOR) return;
    const { calls, readiness } = this.#kernel;
    readiness.closed(this);
    this.fd = NO_DESCRIPTOR;
    this.#held = undefined;
    this.#descriptors?.close();
    calls.close(fd);
    nextTick(() => this.#take('closed'));
  }
}

/** A socket that Node has got, and what was known of it. */
interface HandedSocket {
  readonly socket: Socket;
  readonly wire: TlsWire;
  readonly local: SocketName | undefined;
  readonly peer: SocketName | undefined;
}

/** Whether what arrives is passed on in a state. */
function reads(state: ReadingState): boolean {
  return state === 'flowing' || state === 'broken';
}
