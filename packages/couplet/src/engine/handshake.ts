import { EMPTY } from '../bytes/chunk.ts';
import { TimeoutError, TLSError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { quoted } from '../values/one-line.ts';
import type { Engine } from './engine.ts';

/** A wire's way into TLS, before there is a connection or in mid-stream, and the time that it may take. */
export class Handshake {
  /** What was received already and belongs to TLS. */
  unread: Buffer = EMPTY;
  readonly #engine: Engine;
  readonly #tls: TLS;
  readonly #context: TlsContext;
  readonly #serverName: string;
  #timeout: DelayedCall | undefined;
  #begun = false;

  /** `serverName` is whom a client asks for. Throws a `TLSError` for certificates that cannot be used. */
  constructor(engine: Engine, tls: TLS, serverName: string) {
    this.#engine = engine;
    this.#tls = tls;
    this.#serverName = serverName;
    this.#context = engine.contexts.of(tls);
  }

  /** Its time begins; `late` is called when it is up. */
  start(late: (reason: TimeoutError) => void): void {
    const { handshakeTimeoutMs } = this.#tls;
    this.#timeout = this.#engine.callLater(handshakeTimeoutMs, () =>
      late(new TimeoutError(`no TLS handshake within ${handshakeTimeoutMs / 1000} s`)),
    );
  }

  /** Nothing is left to be sent in clear: the wire turns to TLS, the first time that this is called. */
  begin(wire: Wire): void {
    if (this.#begun) return;
    this.#begun = true;
    wire.startTls(this.#context, this.#serverName, this.unread);
  }

  /** It is over, one way or the other. */
  end(): void {
    this.#timeout?.cancel();
  }
}

/**
 * Whom a client asks for that turns to TLS in mid-stream; the empty string for a server. Throws a `TypeError` when a client does not
 * say whom it wants to verify.
 */
export function serverNameIn(tls: TLS): string {
  if (tls.role === 'server') return '';
  if (tls.serverName === undefined && tls.settings.verify)
    throw new TypeError('startTLS with a ClientTLS that has no serverName: whose certificate is to be verified?');
  return tls.serverName ?? '';
}

/** Why there was no handshake, when the wire closed first. */
export function handshakeFailure(cause: Cause): TLSError | TimeoutError {
  if (cause.kind === 'expired') return new TimeoutError(cause.detail, { cause });
  // A runtime quotes the peer's certificate as it is.
  const detail = cause.kind === 'done' ? 'the connection was closed' : quoted(cause.detail);
  return new TLSError(`the TLS handshake failed: ${detail}`, { cause });
}
