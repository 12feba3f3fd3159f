import type { Socket } from 'node:net';
import process from 'node:process';
import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext, TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { causeOf, DONE } from './node-cause.ts';
import { NodeTlsContext } from './node-tls.ts';

const NOTHING = new Uint8Array(0);
/** After so many chunks in a row other events have their turn. */
const MOST_IN_A_ROW = 16;
/** How long a closing wire waits, in milliseconds, until the kernel has its close_notify: it has no room while the peer reads nothing. */
const CLOSE_NOTIFY_MS = 1000;
const CUT_SHORT: Cause = { kind: 'reset', code: '', detail: 'the peer ended the connection during the handshake' };
const LOST: Cause = { kind: 'reset', code: '', detail: 'the connection was lost' };
const wireOf = Symbol('wire');

/** A socket that knows its wire: so all sockets share their listeners, and an idle one costs no closures. */
interface Wired extends Socket {
  readonly [wireOf]: NodeWire;
}

/** A `node:net` socket as a wire, or a `node:tls` one around it. */
export class NodeWire implements Wire {
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
  /** What happened while paused and waits for `resume`: the peer's FIN, and with ours sent already, the close after it. */
  #held: 'nothing' | 'end' | 'close' = 'nothing';
  /** How far TLS is. */
  #tls: 'none' | 'securing' | 'secure' = 'none';
  /** TLS has a chunk that is not with the kernel. */
  #encrypting = false;
  /** How many chunks TLS has passed on. */
  #inARow = 0;
  #encrypted: ((error: Error | null | undefined) => void) | undefined;
  /** The peer's end came. */
  #ended = false;

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

  get local(): SocketName {
    if (this.#path !== undefined) return { family: 'UNIX', path: this.#server ? this.#path : '' };
    const { localAddress, localPort, localFamily } = this.#raw;
    return inetName(localAddress, localPort, localFamily);
  }

  get peer(): SocketName {
    if (this.#path !== undefined) return { family: 'UNIX', path: this.#server ? '' : this.#path };
    const { remoteAddress, remotePort, remoteFamily } = this.#raw;
    return inetName(remoteAddress, remotePort, remoteFamily);
  }

  /** TLS encrypts what it is given at once. */
  get copies(): boolean {
    return this.#tls !== 'none';
  }

  write(chunk: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#tls !== 'none') {
      // It is always told later.
      this.#encrypting = true;
      socket.write(chunk, this.#encrypted);
      if (this.#inARow === 0 || this.#ended) setImmediate(() => this.#probe());
      return false;
    }
    socket.write(chunk);
    // The kernel refused it, and the end is on the way.
    if (socket.errored !== null) return false;
    // What the kernel took at once is off the stream's books already.
    if (socket.writableLength === 0) return true;
    // 'drain' comes only above the stream's own mark. Below it an empty write calls back, and makes no packet.
    if (socket.writableNeedDrain) socket.once('drain', onDrain);
    else socket.write(NOTHING, this.#written);
    return false;
  }

  get #written(): (error: Error | null | undefined) => void {
    return (error) => {
      if (error === undefined || error === null) this.sink?.onWritable();
    };
  }

  /**
   * When what TLS sends by itself fails, it tells nobody, and takes no chunk any more: that happens to peers which leave as
   * soon as they have shaken hands. The socket below knows; an empty write makes no packet.
   */
  #probe(): void {
    if (!this.#encrypting || this.#raw.destroyed) return;
    this.#raw.write(NOTHING, (error) => {
      if (error !== undefined && error !== null) this.failed(causeOf(error));
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
    if (this.#tls === 'secure') this.#sayGoodbye(this.#socket);
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
    raw.off('error', onError).on('error', (error) => this.failed(causeOf(error)));
    this.#encrypted = (error) => {
      if (error !== undefined && error !== null) return;
      this.#encrypting = false;
      this.#inARow += 1;
      // TLS calls this again at once, before any other event, for as long as there is something to write.
      if (this.#inARow % MOST_IN_A_ROW > 0) this.sink?.onWritable();
      else setImmediate(() => socket.destroyed || this.sink?.onWritable());
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
    this.cause = cause;
    // A TLS socket that was told an alert does not end by itself, or only as if in order.
    if (this.#tls !== 'none' && !this.#raw.destroyed) this.#socket.destroy();
  }

  /** A paused stream tells its end nevertheless, once it holds no data. */
  ended(): void {
    if (this.cause !== DONE) return;
    this.#ended = true;
    this.#probe();
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
    this.sink?.onEof();
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
    this.#raw.setKeepAlive(on, initialDelayMs);
  }
}

function onData(this: Wired, chunk: Buffer): void {
  this[wireOf].sink?.onData(chunk);
}

function onDrain(this: Wired): void {
  this[wireOf].sink?.onWritable();
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

function inetName(host = '0.0.0.0', port = 0, family = 'IPv4'): SocketName {
  return { family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}
