import type { Cause } from '../seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsIdentity, TlsServerSettings } from '../seam/tls.ts';
import type { Certificate } from './certificate.ts';
import { certificatesOf, keyOf } from './certificate.ts';
import type { AlertName } from './tls-breach.ts';
import { TlsBreach } from './tls-breach.ts';

/** How many sessions a context remembers. */
const MOST_SESSIONS = 100;

/** The certificate that one side presents. */
interface Presented {
  readonly certificate: Certificate;
  /** The text that is sent to the peer. */
  readonly pem: string;
}

/** What is remembered of a handshake, so that the next one needs no certificates. */
export interface SimSession {
  /** The secret that both sides know it by. */
  readonly ticket: string;
  readonly peerCertificate: Certificate | undefined;
  readonly verified: boolean;
}

/** Sessions by a name. Each is used once, and the oldest are forgotten first. */
class Sessions {
  readonly #sessions: Map<string, SimSession> = new Map();

  add(name: string, session: SimSession): void {
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  take(name: string): SimSession | undefined {
    const session = this.#sessions.get(name);
    this.#sessions.delete(name);
    return session;
  }
}

/** The context of a simulated server. Its sessions are found by their tickets. */
export class SimTlsServer implements TlsContext {
  readonly role = 'server';
  readonly settings: TlsServerSettings;
  readonly sessions: Sessions = new Sessions();
  readonly #identities: readonly Presented[];
  readonly #authorities: readonly Certificate[];

  /** Throws a `TypeError` if a text is not a certificate or key of the simulation. */
  constructor(settings: TlsServerSettings) {
    this.settings = settings;
    this.#identities = settings.identities.map((one, at) => presented(one, at === 0 ? '' : `identities[${at - 1}].`));
    this.#authorities = authorities(settings.ca);
  }

  /** The identity for a client that asks for a name, or for no name, which is the empty string. */
  identityFor(name: string): Presented | undefined {
    const [first] = this.#identities;
    return this.#identities.find(({ certificate }) => certificate.isFor(name)) ?? first;
  }

  /** The breach of a client's certificate that is not valid; undefined if it is valid. */
  judge(certificate: Certificate, nowMs: number): TlsBreach | undefined {
    return judged(certificate, this.#authorities, nowMs, "the client's certificate: ");
  }
}

/** The context of a simulated client. Its sessions are found by the names of their servers. */
export class SimTlsClient implements TlsContext {
  readonly role = 'client';
  readonly settings: TlsClientSettings;
  readonly sessions: Sessions = new Sessions();
  readonly identity: Presented | undefined;
  readonly #authorities: readonly Certificate[];

  /** Throws a `TypeError` if a text is not a certificate or key of the simulation. */
  constructor(settings: TlsClientSettings) {
    this.settings = settings;
    this.identity = settings.identity && presented(settings.identity, 'identity.');
    this.#authorities = authorities(settings.ca);
  }

  /** The breach of the certificate of the server with that name if it is not valid; undefined if it is valid. */
  judge(certificate: Certificate, name: string, nowMs: number): TlsBreach | undefined {
    const breach = judged(certificate, this.#authorities, nowMs, '');
    if (breach !== undefined || certificate.isFor(name)) return breach;
    const detail = `${name} is not in the certificate's names: ${certificate.subjectAltName}`;
    return new TlsBreach('certificate_unknown', detail, 'ERR_TLS_CERT_ALTNAME_INVALID');
  }
}

export type SimTlsContext = SimTlsServer | SimTlsClient;

/** True for a context of the simulation. */
export function isSimTlsContext(context: TlsContext): context is SimTlsContext {
  return context instanceof SimTlsServer || context instanceof SimTlsClient;
}

/** Makes the context of settings. Returns a cause of the kind `tls` if they cannot be used. */
export function contextOf(settings: TlsServerSettings | TlsClientSettings): SimTlsContext | Cause {
  try {
    return settings.role === 'server' ? new SimTlsServer(settings) : new SimTlsClient(settings);
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'tls', code: '', detail: error.message };
    throw error;
  }
}

function presented({ cert, key }: TlsIdentity, where: string): Presented {
  const [certificate] = certificatesOf(cert) ?? [];
  const secret = keyOf(key);
  if (certificate === undefined) throw new TypeError(`${where}cert is not a certificate of the simulation`);
  if (secret === undefined) throw new TypeError(`${where}key is not a key of the simulation`);
  if (secret !== certificate.key) throw new TypeError(`${where}key does not belong to the certificate`);
  return { certificate, pem: cert };
}

/** The authorities of the settings. Without any no peer is trusted: a simulation has no list of its own. */
function authorities(ca: string | undefined): readonly Certificate[] {
  if (ca === undefined) return [];
  const found = certificatesOf(ca);
  if (found === undefined) throw new TypeError('ca is not a certificate of the simulation');
  return found;
}

/** Checks what OpenSSL checks, and reports it in its words. */
function judged(
  certificate: Certificate,
  trusted: readonly Certificate[],
  nowMs: number,
  whose: string,
): TlsBreach | undefined {
  const wrong = (alert: AlertName, what: string, code: string): TlsBreach =>
    new TlsBreach(alert, `${whose}${what}`, code);
  if (!trusted.some(({ key }) => key === certificate.signer))
    return wrong('unknown_ca', 'unable to get local issuer certificate', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
  if (nowMs < certificate.validFrom)
    return wrong('certificate_expired', 'certificate is not yet valid', 'CERT_NOT_YET_VALID');
  if (nowMs > certificate.validTo) return wrong('certificate_expired', 'certificate has expired', 'CERT_HAS_EXPIRED');
  return undefined;
}
