import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cause } from '../../seam/cause.ts';
import type { TlsInfo } from '../../seam/tls.ts';
import { hasEnded, type ReadingState, refuses } from '../node/reading-life.ts';
import { CUT_SHORT, StreamWire } from '../node/stream-wire.ts';
import type { Secured } from './context.ts';
import { type TlsAction, type TlsEvent, type TlsState, tlsTransition } from './tls-life.ts';

/** How many bytes TLS passes on in one turn of the event loop; then other events have their turn. */
const MOST_IN_A_TURN = 256 * 1024;
/** How long a closing wire waits, in milliseconds, until the kernel has its close_notify. It has no room while the peer reads nothing. */
const CLOSE_NOTIFY_MS = 1000;

/** The part of a wire that is under TLS: a `node:tls` socket around another one, or around an adopted stream. */
export class TlsWire extends StreamWire {
  /** TLS encrypts a chunk at once, so it is free again. */
  readonly copies = true;
  protected readonly raw: Duplex;
  #tls: TlsState = 'securing';
  /** How many bytes TLS has that it has not passed to the kernel. */
  #encrypting = 0;
  /** How many bytes TLS has passed on, and after how many other events have their turn. */
  #passed = 0;
  #mostPassed = MOST_IN_A_TURN;
  readonly #flushed: Secured['flushed'];

  /** Takes over a stream whose handshake has begun. `state` is how that was read. */
  constructor(raw: Duplex, { socket, done, flushed }: Secured, path: string | undefined, state: ReadingState) {
    super(socket, path, state);
    this.raw = raw;
    this.#flushed = flushed;
    this.listenForErrors(raw, 'error');
    // A server's TLS socket that was made by hand does not emit 'error' for what breaks after the handshake.
    this.listenForErrors(socket, '_tlsError');
    if (state === 'paused') socket.pause();
    done((outcome) => {
      if ('kind' in outcome) this.#apply('rejected', () => this.#reject(outcome));
      else this.#apply('secured', () => this.#welcome(outcome));
    });
  }

  protected override get endIsDoubtful(): boolean {
    return this.#encrypting === 0;
  }

  write(chunk: Uint8Array): boolean {
    if (refuses(this.state)) return false;
    this.guard();
    // The callback always comes later.
    this.#encrypting = chunk.length;
    this.stream.write(chunk, this.#encrypted);
    if (this.#passed === 0 || hasEnded(this.state)) setImmediate(() => this.#probe());
    return false;
  }

  readonly #encrypted = (error: Error | null | undefined): void => {
    if (error !== undefined && error !== null) return;
    if (this.#flushed === undefined) this.#taken();
    else this.#flushed(this.#taken);
  };

  readonly #taken = (): void => {
    this.#passed += this.#encrypting;
    this.#encrypting = 0;
    // TLS calls this again before any other event, as long as there is something to write.
    if (this.#passed < this.#mostPassed) this.drained();
    else {
      setImmediate(() => {
        this.#mostPassed = this.#passed + MOST_IN_A_TURN;
        this.drained();
      });
    }
  };

  /**
   * Finds out whether a message that TLS sends by itself has failed: TLS does not report that, and accepts no more chunks. It
   * happens with peers that leave right after the handshake.
   */
  #probe(): void {
    if (this.#encrypting > 0 && !refuses(this.state)) this.ask(() => {});
  }

  /**
   * Ends TLS in a later turn: when it is ended, it throws away what it has received and not yet decrypted, and this call usually
   * comes from there; and when it is ended in the turn of its first write, it does not send close_notify.
   */
  end(): void {
    setImmediate(() => this.stream.end());
  }

  override ended(): void {
    this.#apply('end');
  }

  override closed(): void {
    this.#apply('closed');
    // A resume that TLS has not carried out yet would still deliver what it holds.
    this.ignoreInput();
    // The runtime closes a socket that was under it, and not always another stream.
    if (!(this.raw instanceof Socket)) this.raw.destroy();
    super.closed();
  }

  /** The stream broke. A TLS socket that received an alert does not end by itself, or only as if in order. */
  override failed(cause: Cause): void {
    this.blame(cause);
    this.take(this.stream.readableLength > 0 ? 'failedBehind' : 'failed');
  }

  protected override part(): void {
    this.#apply('part');
  }

  protected override cut(): void {
    this.#apply('cut');
  }

  protected override reset(): void {
    this.#apply('reset');
  }

  /** Applies an event to the state of TLS. `tell` is called at the end of a handshake, if that still matters. */
  #apply(event: TlsEvent, tell: () => void = () => {}): void {
    const transition = tlsTransition(this.#tls, event);
    if (transition === undefined) return;
    this.#tls = transition.to;
    this.#act(transition.action, tell);
  }

  #act(action: TlsAction, tell: () => void): void {
    switch (action) {
      case 'none':
        return;
      case 'welcome':
      case 'reject':
        tell();
        return;
      case 'cutShort':
        this.blame(CUT_SHORT);
        this.take('failed');
        return;
      case 'readEnd':
        this.#probe();
        super.ended();
        return;
      case 'sayGoodbye':
        this.#sayGoodbye();
        return;
      case 'destroy':
        super.cut();
        return;
      case 'reset':
        super.reset();
    }
  }

  #welcome(info: TlsInfo): void {
    this.sink = this.sink?.onSecured(info);
  }

  /** Rejects the peer by a reset: a client of TLS 1.3 has finished its handshake before, and must not take this for an orderly end. */
  #reject(cause: Cause): void {
    this.blame(cause);
    this.take('abort');
  }

  /** Sends close_notify, unless `end` did, and throws away what still arrives: bytes left unread would turn the close into a reset. */
  #sayGoodbye(): void {
    const { stream } = this;
    // The usual case: the peer answered our end. To end once more would only make an error.
    if (stream.writableFinished) {
      this.#apply('sent');
      return;
    }
    this.ignoreInput();
    stream.resume();
    const late = setTimeout(() => this.#apply('late'), CLOSE_NOTIFY_MS);
    stream.once('close', () => clearTimeout(late));
    stream.once('finish', () => {
      if (this.#flushed === undefined) this.#apply('sent');
      else this.#flushed(() => this.#apply('sent'));
    });
    stream.end();
  }
}
