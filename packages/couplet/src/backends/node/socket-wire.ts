import type { Socket } from 'node:net';
import process from 'node:process';
import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { TlsContext, TlsInfo } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { NodeTlsContext } from '../tls/context.ts';
import { causeOf, DONE } from './cause.ts';
import { type Guard, guardWrites, type Written } from './guard.ts';

const NOTHING = new Uint8Array(0);
/** When TLS has passed on so many bytes in one turn of the loop, other events have theirs. */
const MOST_IN_A_TURN = 256 * 1024;
/** How long a closing wire waits, in milliseconds, until the kernel has its close_notify: it has no room while the peer reads nothing. */
const CLOSE_NOTIFY_MS = 1000;
const CUT_SHORT: Cause = { kind: 'reset', code: '', detail: 'the peer ended the connection during the handshake' };
const LOST: Cause = { kind: 'reset', code: '', detail: 'the connection was lost' };
const RESET: Cause = { kind: 'reset', code: 'ECONNRESET', detail: 'connection reset by peer' };
/** Node 20 tells a reset that comes together with data as the end. */
const TELLS_RESETS = Number.parseInt(process.versions.node, 10) >= 24;
const wireOf = Symbol('wire');

/** A socket that knows its wire: so all sockets share their listeners, and an idle one costs no closures. */
interface Wired extends Socket {
  readonly [wireOf]: NodeWire;
}

/** A `node:net` socket as a wire, or a `node:tls` one around it. */
export class NodeWire implements Wire, Guard {
  /** The connection itself. */
  readonly #raw: Socket;
  /** What is read and written: the same, or the TLS socket around it. */
  #socket: Socket;
  /** The path of a UNIX socket's listening end; undefined for TCP. */
  readonly #path: string | undefined;
  readonly #server: boolean;
  /** Who gets what the socket receives, from `attach` on. */
  sink: Sink | undefined;
  /** What `onClosed` will tell. */
  cause: Cause = DONE;
  #paused = false;
  /** The engine has given the wire up. */
  #left = false;
  /**
   * What happened while paused and waits for `resume`: the peer's FIN, and with ours sent already, the close after it; TLS that
   * broke behind data which it has decrypted.
   */
  #held: 'nothing' | 'end' | 'close' | 'failure' = 'nothing';
  /** How far TLS is. */
  #tls: 'none' | 'securing' | 'secure' = 'none';
  /** How many bytes TLS has that are not with the kernel. */
  #encrypting = 0;
  /** How many bytes TLS has passed on, and after how many other events have their turn. */
  #passed = 0;
  #mostPassed = MOST_IN_A_TURN;
  #encrypted: ((error: Error | null | undefined) => void) | undefined;
  /** The peer's end came. */
  #ended = false;
  /** Writes that fail are told to this wire. */
  #guarded = false;
  #kept: Written | undefined;
  /** The kernel refused a write: there will be no other. What had arrived is still read. */
  #broken = false;

  constructor(socket: Socket, path: string | undefined, server: boolean) {
    this.#raw = socket;
    this.#socket = socket;
    this.#path = path;
    this.#server = server;
  }

  /** Begins to pass on what the socket receives. */
  attach(sink: Sink): void {
    this.sink = sink;
    this.#listen();
  }

  #listen(): void {
    const wired: Wired = Object.assign(this.#socket, { [wireOf]: this });
    wired.on('error', onError);
    wired.on('close', onClose);
    wired.on('end', onEnd);
    wired.on('data', onData);
  }

  get local(): SocketName | undefined {
    if (this.#path !== undefined) return { family: 'UNIX', path: this.#server ? this.#path : '' };
    const { localAddress, localPort, localFamily } = this.#raw;
    return inetName(localAddress, localPort, localFamily);
  }

  get peer(): SocketName | undefined {
    if (this.#path !== undefined) return { family: 'UNIX', path: this.#server ? '' : this.#path };
    const { remoteAddress, remotePort, remoteFamily } = this.#raw;
    return inetName(remoteAddress, remotePort, remoteFamily);
  }

  /** TLS encrypts what it is given at once. */
  get copies(): boolean {
    return this.#tls !== 'none';
  }

  /** The runtime counts it, but for its own timeouts. */
  get unsent(): number | undefined {
    const handle: unknown = '_handle' in this.#raw ? this.#raw._handle : undefined;
    if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return undefined;
    return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : undefined;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#broken) return false;
    const socket = this.#socket;
    if (!this.#guarded) this.#guard();
    if (this.#tls !== 'none') {
      // It is always told later.
      this.#encrypting = chunk.length;
      socket.write(chunk, this.#encrypted);
      if (this.#passed === 0 || this.#ended) setImmediate(() => this.#probe());
      return false;
    }
    socket.write(chunk);
    // The kernel refused it, or the end is on the way.
    if (this.#broken || socket.errored !== null) return false;
    // What the kernel took at once is off the stream's books already.
    if (socket.writableLength === 0) return true;
    // 'drain' comes only above the stream's own mark. Below it an empty write calls back, and makes no packet.
    if (socket.writableNeedDrain) socket.once('drain', onDrain);
    else socket.write(NOTHING, () => this.drained());
    return false;
  }

  drained(): void {
    if (!(this.#broken || this.#socket.destroyed)) this.sink?.onWritable();
  }

  /** Not before the first write: most of those who are idle have written nothing. */
  #guard(): void {
    this.#guarded = true;
    guardWrites(this.#socket, this);
    if (this.#raw !== this.#socket) guardWrites(this.#raw, this);
  }

  /** Node has one callback for all writes of a stream, so one in its place is enough. */
  keep(socket: Socket, written: Written): Written {
    if (socket !== this.#socket) return this.#keptFor(written);
    this.#kept ??= this.#keptFor(written);
    return this.#kept;
  }

  /** Apart from `keep`: a function that makes another one costs memory at each call. */
  #keptFor(written: Written): Written {
    return (error) => {
      if (error !== undefined && error !== null) this.#refused(causeOf(error));
      written();
    };
  }

  /** The kernel took a write back: the stream has not heard of it, and goes on reading. */
  #refused(cause: Cause): void {
    if (this.#broken || this.#left || this.#socket.destroyed) return;
    this.#broken = true;
    // Taken for the end, a reset shows no more than that.
    if (this.cause === DONE) this.cause = this.#ended && this.#path === undefined ? RESET : cause;
    this.#held = 'nothing';
    // Behind the peer's end there is nothing to read. The sink hears first what happened.
    process.nextTick(() => {
      if (this.#left) return;
      this.sink?.onWriteFailed(this.cause);
      if (this.#ended && !this.#left) this.#socket.destroy();
    });
  }

  /**
   * When what TLS sends by itself fails, it tells nobody, and takes no chunk any more: that happens to peers which leave as
   * soon as they have shaken hands.
   */
  #probe(): void {
    if (this.#encrypting > 0 && !this.#broken) this.#ask(() => {});
  }

  /** Asks the kernel whether the connection is still there: an empty write makes no packet. */
  #ask(answered: () => void): void {
    const raw = this.#raw;
    if (raw.destroyed) return;
    if (!this.#guarded) this.#guard();
    raw.write(NOTHING, () => {
      if (!this.#broken && !this.#left) answered();
    });
  }

  end(): void {
    const socket = this.#socket;
    // TLS throws away what it has received and not yet decrypted when it is ended, and it is in the middle of that as a rule;
    // ended in the turn of its first write, it sends no close_notify.
    if (this.#tls === 'none') socket.end();
    else setImmediate(() => socket.end());
  }

  close(): void {
    this.#leave();
    if (this.#tls === 'secure' && this.cause === DONE) this.#sayGoodbye(this.#socket);
    else this.#socket.destroy();
  }

  /** Sends close_notify, unless `end` did, and throws away what still arrives: unread, it would turn the close into a reset. */
  #sayGoodbye(socket: Socket): void {
    const destroy = (): void => {
      if (!this.#raw.destroyed) socket.destroy();
    };
    // Nearly always: the peer answered our end. Ending once more would only make an error that nobody sees.
    if (socket.writableFinished) {
      destroy();
      return;
    }
    socket.off('data', onData);
    socket.off('end', onEnd);
    socket.resume();
    const late = setTimeout(destroy, CLOSE_NOTIFY_MS);
    socket.once('close', () => clearTimeout(late));
    socket.once('finish', destroy);
    socket.end();
  }

  abort(): void {
    this.#leave();
    const socket = this.#socket;
    if (socket.destroyed || this.#raw.destroyed) return;
    // A UNIX socket has no reset, and a shutdown under way forbids it; a TLS socket only knows how to throw.
    const shuttingDown = socket.writableEnded && !socket.writableFinished;
    // Once the socket under TLS is reset, TLS must be left to end by itself: Node crashes when it is destroyed as well.
    if (this.#path !== undefined || shuttingDown) socket.destroy();
    else this.#raw.resetAndDestroy();
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    const raw = this.#raw;
    if (this.#held !== 'nothing') {
      this.cause = CUT_SHORT;
      this.#held = 'nothing';
      this.close();
      return;
    }
    if (!(context instanceof NodeTlsContext)) throw new TypeError('the TLS context is one of another backend');
    raw.off('data', onData).off('end', onEnd).off('close', onClose);
    raw.pause();
    // TLS reads first what the socket holds.
    if (unread.length > 0) raw.unshift(unread);
    const { socket, done } = context.secure(raw, serverName);
    this.#tls = 'securing';
    this.#socket = socket;
    this.#guarded = false;
    this.#kept = undefined;
    raw.off('error', onError).on('error', (error) => this.failed(causeOf(error)));
    // A server's TLS socket made by hand keeps to itself what breaks after the handshake.
    socket.on('_tlsError', (error: NodeJS.ErrnoException) => this.failed(causeOf(error)));
    this.#encrypted = (error) => {
      if (error !== undefined && error !== null) return;
      this.#passed += this.#encrypting;
      this.#encrypting = 0;
      // TLS calls this again at once, before any other event, for as long as there is something to write.
      if (this.#passed < this.#mostPassed) this.drained();
      else {
        setImmediate(() => {
          this.#mostPassed = this.#passed + MOST_IN_A_TURN;
          this.drained();
        });
      }
    };
    if (this.sink !== undefined) this.#listen();
    if (this.#paused) socket.pause();
    done((outcome) => this.#secured(outcome));
  }

  #secured(outcome: TlsInfo | Cause): void {
    if ('kind' in outcome) {
      this.cause = outcome;
      // A client of TLS 1.3 has been done for a while: it should not take this for an orderly end.
      this.abort();
    } else {
      this.#tls = 'secure';
      this.sink = this.sink?.onSecured(outcome);
    }
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
    if (this.#held !== 'nothing') process.nextTick(() => this.#release());
  }

  failed(cause: Cause): void {
    if (this.cause === DONE) this.cause = cause;
    // A TLS socket that was told an alert does not end by itself, or only as if in order.
    if (this.#tls === 'none' || this.#raw.destroyed || this.#socket.destroyed) return;
    if (this.#paused && !this.#left && this.#socket.readableLength > 0) this.#held = 'failure';
    else this.#socket.destroy();
  }

  /** A paused stream tells its end nevertheless, once it holds no data. */
  ended(): void {
    // What the runtime tells after an abort is not the peer's doing.
    if (this.#left) return;
    this.#ended = true;
    if (this.#broken) this.#socket.destroy();
    if (this.cause !== DONE) return;
    this.#probe();
    if (this.#tls !== 'securing' && this.#mayBeReset) this.#ask(() => this.#finished());
    else this.#finished();
  }

  /** A runtime that says 'end' may mean a reset: the kernel knows, unless this side has ended, or has written what waits. */
  get #mayBeReset(): boolean {
    const asked = this.#tls === 'none' ? TELLS_RESETS : this.#encrypting > 0;
    return !asked && this.#path === undefined && !this.#socket.writableEnded && this.#socket.writableLength === 0;
  }

  /** The peer has ended its output. */
  #finished(): void {
    if (this.#tls === 'securing') {
      this.cause = CUT_SHORT;
      this.#socket.destroy();
    } else if (this.#paused) this.#held = 'end';
    else this.sink?.onEof();
  }

  closed(): void {
    // A TLS socket may be taken away without a word.
    if (!this.#left && !this.#socket.writableFinished && this.cause === DONE) this.cause = LOST;
    // A resume that TLS has not come to would still bring what it holds.
    if (this.#tls !== 'none') this.#socket.off('data', onData).off('end', onEnd);
    if (this.#held === 'end' && this.cause === DONE && !this.#left) this.#held = 'close';
    else this.sink?.onClosed(this.cause);
  }

  #release(): void {
    const held = this.#held;
    if (held === 'nothing' || this.#paused) return;
    this.#held = 'nothing';
    if (held === 'failure') this.#socket.destroy();
    else this.sink?.onEof();
    if (held === 'close') this.sink?.onClosed(this.cause);
  }

  #leave(): void {
    this.#left = true;
    if (this.#held !== 'close') return;
    this.#held = 'nothing';
    process.nextTick(() => this.sink?.onClosed(this.cause));
  }

  setNoDelay(on: boolean): void {
    this.#raw.setNoDelay(on);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    // Node counts whole seconds and drops the rest; 0 means the system's own.
    this.#raw.setKeepAlive(on, Math.ceil(initialDelayMs / 1000) * 1000);
  }
}

function onData(this: Wired, chunk: Buffer): void {
  this[wireOf].sink?.onData(chunk);
}

function onDrain(this: Wired): void {
  this[wireOf].drained();
}

function onEnd(this: Wired): void {
  this[wireOf].ended();
}

function onError(this: Wired, error: NodeJS.ErrnoException): void {
  this[wireOf].failed(causeOf(error));
}

function onClose(this: Wired): void {
  this[wireOf].closed();
}

/** Undefined when the socket has none any more: it is gone, or its peer was before it was asked. */
function inetName(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): SocketName | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}
