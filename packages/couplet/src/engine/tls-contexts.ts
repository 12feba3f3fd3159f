import { TLSError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Streams } from '../seam/streams.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { TlsContext } from '../seam/tls.ts';

/** Nobody should find out late. */
const UNVERIFIED =
  'warning: TLS without verification (verify: false): whoever is on the way to the server can read and change everything';

interface Made {
  readonly settings: TLS['settings'];
  readonly context: TlsContext;
}

/** What the backend made of the TLS options in use: certificates and keys are read once, not for each connection. */
export class TlsContexts {
  readonly #streams: Pick<Streams, 'tlsContext'>;
  readonly #surroundings: Pick<Surroundings, 'warn'>;
  readonly #report: (error: TLSError) => void;
  readonly #made: WeakMap<TLS, Made> = new WeakMap();

  /** `report` hears of certificates that were to replace others and cannot be used. */
  constructor(
    streams: Pick<Streams, 'tlsContext'>,
    surroundings: Pick<Surroundings, 'warn'>,
    report: (error: TLSError) => void,
  ) {
    this.#streams = streams;
    this.#surroundings = surroundings;
    this.#report = report;
  }

  /** The context for handshakes from now on. Throws a `TLSError` when there is none. */
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

  /** The same, but throws also when there is an older one: that stays. */
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
