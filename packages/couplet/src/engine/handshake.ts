import { EMPTY } from '../bytes/chunk.ts';
import { TimeoutError, TLSError } from '../protocol/errors.ts';
import { checkTLS, type TLS } from '../protocol/tls.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { quoted } from '../values/one-line.ts';
import type { Engine } from './engine.ts';

/** The step of a wire into TLS, before there is a connection or in mid-stream, and the time that it may take. */
export class Handshake {
  /** Bytes that were received already and belong to the handshake. */
  unread: Buffer = EMPTY;
  readonly #engine: Engine;
  readonly #tls: TLS;
  readonly #context: TlsContext;
  readonly #serverName: string;
  #timeout: DelayedCall | undefined;
  #begun = false;

  /** `serverName` is the host name that a client asks for; empty for a server. Throws a `TLSError` if the certificates cannot be used. */
  constructor(engine: Engine, tls: TLS, serverName: string) {
    this.#engine = engine;
    this.#tls = tls;
    this.#serverName = serverName;
    this.#context = engine.contexts.of(tls);
  }

  /** Starts the time limit; `late` is called when it has passed. */
  start(late: (reason: TimeoutError) => void): void {
    const { handshakeTimeoutMs } = this.#tls;
    this.#timeout = this.#engine.callLater(handshakeTimeoutMs, () =>
      late(new TimeoutError(`no TLS handshake within ${handshakeTimeoutMs / 1000} s`)),
    );
  }

  /** Turns the wire to TLS, the first time that this is called. Nothing may be left to be sent in clear. */
  begin(wire: Wire): void {
    if (this.#begun) return;
    this.#begun = true;
    wire.startTls(this.#context, this.#serverName, this.unread);
  }

  /** Ends the time limit: the handshake is complete, or has failed. */
  end(): void {
    this.#timeout?.cancel();
  }
}

/**
 * Returns the host name that a client asks for when it turns to TLS in mid-stream; an empty string for a server. Throws a `TypeError`
 * if a client verifies certificates and has no `serverName`.
 */
export function serverNameIn(tls: TLS): string {
  checkTLS(tls, 'server', 'client');
  if (tls.role === 'server') return '';
  if (tls.serverName === undefined && tls.settings.verify)
    throw new TypeError('tls of startTLS has no serverName to verify the certificate for');
  return tls.serverName ?? '';
}

/** Returns the error for a handshake whose wire closed before it was complete. */
export function handshakeFailure(cause: Cause): TLSError | TimeoutError {
  if (cause.kind === 'expired') return new TimeoutError(cause.detail, { cause });
  // A runtime quotes the peer's certificate as it is.
  const detail = cause.kind === 'done' ? 'the connection was closed' : quoted(cause.detail);
  return new TLSError(`the TLS handshake failed: ${detail}`, { cause });
}
