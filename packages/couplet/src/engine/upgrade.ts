import { EMPTY } from '../bytes/chunk.ts';
import { TimeoutError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { TlsContext } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import type { Engine } from './engine.ts';

/** A connection's handshake in mid-stream: it waits until what was written in clear has gone. */
export class Upgrade {
  /** What was received already and belongs to TLS. */
  unread: Buffer = EMPTY;
  readonly #engine: Engine;
  readonly #tls: TLS;
  readonly #context: TlsContext;
  readonly #serverName: string;
  #timeout: DelayedCall | undefined;
  #begun = false;

  /**
   * Throws a `TLSError` for certificates that cannot be used, and a `TypeError` for a client that does not say whom it wants
   * to verify.
   */
  constructor(engine: Engine, tls: TLS) {
    this.#engine = engine;
    this.#tls = tls;
    this.#serverName = serverNameOf(tls);
    this.#context = engine.contexts.of(tls);
  }

  /** The handshake's time begins; `late` is called when it is up. */
  await(late: (reason: TimeoutError) => void): void {
    const tls = this.#tls;
    this.#timeout = this.#engine.callLater(tls.handshakeTimeoutMs, () => late(tooLong(tls)));
  }

  /** Nothing is left to be sent in clear. */
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

/** What ends a handshake that takes too long. */
export function tooLong({ handshakeTimeoutMs }: TLS): TimeoutError {
  return new TimeoutError(`no TLS handshake within ${handshakeTimeoutMs / 1000} s`);
}

function serverNameOf(tls: TLS): string {
  if (tls.role === 'server') return '';
  if (tls.serverName === undefined && tls.settings.verify)
    throw new TypeError('startTLS with a ClientTLS that has no serverName: whose certificate is to be verified?');
  return tls.serverName ?? '';
}
