import { TimeoutError, TLSError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/settled.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { quoted } from '../values/one-line.ts';
import type { Engine, Live } from './engine.ts';
import { tooLong } from './upgrade.ts';

/** A wire that is to have its protocol when TLS is there. */
export class Handshake implements Sink, Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #engine: Engine;
  readonly #wire: Wire;
  readonly #outcome: Settled<TlsInfo, TLSError | TimeoutError>;
  readonly #timeout: DelayedCall;
  #reason: TimeoutError | undefined;
  #done = false;

  /** Begins. `unread` is what was received already and belongs to TLS. Throws a `TLSError` for certificates that cannot be used. */
  constructor(
    engine: Engine,
    wire: Wire,
    tls: TLS,
    serverName: string,
    unread: Buffer,
    outcome: Settled<TlsInfo, TLSError | TimeoutError>,
  ) {
    this.#engine = engine;
    this.#wire = wire;
    this.#outcome = outcome;
    wire.startTls(engine.contexts.of(tls), serverName, unread);
    engine.live.add(this);
    this.#timeout = engine.callLater(tls.handshakeTimeoutMs, () => {
      this.#reason = tooLong(tls);
      wire.abort();
    });
  }

  onData(): void {}

  onEof(): void {}

  onWritable(): void {}

  /** Nothing is written here before the handshake is done. */
  onWriteFailed(): void {}

  onSecured(tls: TlsInfo): Sink {
    this.#engine.enter();
    try {
      this.#done = true;
      this.#timeout.cancel();
      const sink = this.#outcome.onReady(tls);
      if (sink === null) this.#wire.close();
      else this.#engine.remove(this);
      return sink ?? this;
    } finally {
      this.#engine.leave();
    }
  }

  onClosed(cause: Cause): void {
    this.#engine.run(() => {
      this.#timeout.cancel();
      if (!this.#done) this.#outcome.onFailed(this.#reason ?? failureOf(cause));
      this.#engine.remove(this);
    });
  }

  /** Cuts the connection; `onFailed` follows. */
  quit(): void {
    this.#wire.abort();
  }

  /** It ended at once. */
  cut(): void {}
}

function failureOf(cause: Cause): TLSError | TimeoutError {
  if (cause.kind === 'expired') return new TimeoutError(cause.detail, { cause });
  // A runtime quotes the peer's certificate as it is.
  const detail = cause.kind === 'done' ? 'the connection was closed' : quoted(cause.detail);
  return new TLSError(`the TLS handshake failed: ${detail}`, { cause });
}
