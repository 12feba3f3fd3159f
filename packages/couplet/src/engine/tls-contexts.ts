import { TLSError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Streams } from '../seam/streams.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { TlsContext } from '../seam/tls.ts';

/** Printed when such a client first connects: it must not be found out by an attack. */
const UNVERIFIED =
  'warning: TLS without verification (verify: false): any host on the way to the server can read and change everything';

interface Made {
  readonly settings: TLS['settings'];
  readonly context: TlsContext;
}

/** The contexts that the backend made of the TLS options in use: certificates and keys are parsed once, not for each connection. */
export class TlsContexts {
  readonly #streams: Pick<Streams, 'tlsContext'>;
  readonly #surroundings: Pick<Surroundings, 'warn'>;
  readonly #report: (error: TLSError) => void;
  readonly #made: WeakMap<TLS, Made> = new WeakMap();

  /** `report` is called when certificates that were to replace others cannot be used. */
  constructor(
    streams: Pick<Streams, 'tlsContext'>,
    surroundings: Pick<Surroundings, 'warn'>,
    report: (error: TLSError) => void,
  ) {
    this.#streams = streams;
    this.#surroundings = surroundings;
    this.#report = report;
  }

  /**
   * Returns the context for handshakes from now on. If the certificates changed and the new ones cannot be used, reports that and returns
   * the last context. Throws a `TLSError` if there is no last one.
   */
  of(tls: TLS): TlsContext {
    try {
      return this.renew(tls);
    } catch (error) {
      const last = this.#made.get(tls);
      if (last === undefined || !(error instanceof TLSError)) throw error;
      this.#report(error);
      return last.context;
    }
  }

  /** Returns the context of the present settings. Throws a `TLSError` if they cannot be used; an earlier context stays in use then. */
  renew(tls: TLS): TlsContext {
    const { settings } = tls;
    const last = this.#made.get(tls);
    if (last?.settings === settings) return last.context;
    const made = this.#streams.tlsContext(settings);
    if ('kind' in made) {
      if (last !== undefined) this.#made.set(tls, { settings, context: last.context });
      throw new TLSError(`the certificates and keys cannot be used: ${made.detail}`, { cause: made });
    }
    if (tls.role === 'client' && !tls.settings.verify) this.#surroundings.warn(UNVERIFIED);
    this.#made.set(tls, { settings, context: made });
    return made;
  }
}
