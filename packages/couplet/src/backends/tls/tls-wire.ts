import type { Socket } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import type { TlsInfo } from '../../seam/tls.ts';
import { hasEnded, type ReadingState, refuses } from '../node/reading-life.ts';
import { CUT_SHORT, StreamWire } from '../node/stream-wire.ts';
import type { Secured } from './context.ts';
import { type TlsAction, type TlsEvent, type TlsState, tlsTransition } from './tls-life.ts';

/** When TLS has passed on so many bytes in one turn of the loop, other events have theirs. */
const MOST_IN_A_TURN = 256 * 1024;
/** How long a closing wire waits, in milliseconds, until the kernel has its close_notify: it has no room while the peer reads nothing. */
const CLOSE_NOTIFY_MS = 1000;

/** The part of a wire that TLS is: a `node:tls` socket around another one. */
export class TlsWire extends StreamWire {
  /** TLS encrypts what it is given at once. */
  readonly copies = true;
  protected readonly raw: Socket;
  #tls: TlsState = 'securing';
  /** How many bytes TLS has that are not with the kernel. */
  #encrypting = 0;
  /** How many bytes TLS has passed on, and after how many other events have their turn. */
  #passed = 0;
  #mostPassed = MOST_IN_A_TURN;

  /** Takes over a socket whose handshake has begun. `state` is how that was read. */
  constructor(raw: Socket, { socket, done }: Secured, path: string | undefined, state: ReadingState) {
    super(socket, path, state);
    this.raw = raw;
    this.listenForErrors(raw, 'error');
    // A server's TLS socket made by hand keeps to itself what breaks after the handshake.
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
    // It is always told later.
    this.#encrypting = chunk.length;
    this.stream.write(chunk, this.#encrypted);
    if (this.#passed === 0 || hasEnded(this.state)) setImmediate(() => this.#probe());
    return false;
  }

  readonly #encrypted = (error: Error | null | undefined): void => {
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

  /**
   * When what TLS sends by itself fails, it tells nobody, and takes no chunk any more: that happens to peers which leave as
   * soon as they have shaken hands.
   */
  #probe(): void {
    if (this.#encrypting > 0 && !refuses(this.state)) this.ask(() => {});
  }

  /**
   * TLS throws away what it has received and not yet decrypted when it is ended, and it is in the middle of that as a rule;
   * ended in the turn of its first write, it sends no close_notify.
   */
  end(): void {
    setImmediate(() => this.stream.end());
  }

  override ended(): void {
    this.#apply('end');
  }

  override closed(): void {
    this.#apply('closed');
    // A resume that TLS has not come to would still bring what it holds.
    this.ignoreInput();
    super.closed();
  }

  /** A TLS socket that was told an alert does not end by itself, or only as if in order. */
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

  /** What happens to TLS; `tell` is what to do when a handshake ends, if that counts still. */
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

  /** A client of TLS 1.3 has been done for a while: it should not take this for an orderly end. */
  #reject(cause: Cause): void {
    this.blame(cause);
    this.take('abort');
  }

  /** Sends close_notify, unless `end` did, and throws away what still arrives: unread, it would turn the close into a reset. */
  #sayGoodbye(): void {
    const { stream } = this;
    // Nearly always: the peer answered our end. Ending once more would only make an error that nobody sees.
    if (stream.writableFinished) {
      this.#apply('sent');
      return;
    }
    this.ignoreInput();
    stream.resume();
    const late = setTimeout(() => this.#apply('late'), CLOSE_NOTIFY_MS);
    stream.once('close', () => clearTimeout(late));
    stream.once('finish', () => this.#apply('sent'));
    stream.end();
  }
}
