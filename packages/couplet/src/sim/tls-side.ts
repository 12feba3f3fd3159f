import type { TlsInfo } from '../seam/tls.ts';
import type { Certificate } from './certificate.ts';
import { certificatesOf } from './certificate.ts';
import { TlsBreach } from './tls-breach.ts';
import type { SimSession } from './tls-context.ts';
import type { TlsMessage } from './tls-message.ts';

/** One side of a handshake, which answers each message of the peer. */
export interface TlsSide {
  /** The handshake begins. */
  begin(): void;
  /** Takes a message. Throws a `TlsBreach` when that ends the handshake. */
  take(message: TlsMessage): void;
}

/** The channel of a side. */
export interface Speaker {
  /** Sends a message. */
  say(type: number, ...fields: readonly string[]): void;
  /** Protects both directions from now on, with this secret. */
  protect(secret: string): void;
  /** The handshake is done. */
  secured(info: TlsInfo): void;
  /** Returns a text that is used only once. */
  nonce(): string;
  wallClock(): number;
}

/** Makes the outcome of a handshake. There is one version and one cipher. */
export function infoOf(
  alpn: string,
  serverName: string,
  resumed: boolean,
  { peerCertificate, verified }: Pick<SimSession, 'peerCertificate' | 'verified'>,
): TlsInfo {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    alpn: alpn === '' ? undefined : alpn,
    serverName: serverName === '' ? undefined : serverName,
    resumed,
    peerCertificate,
    verified,
  };
}

/** The certificate that the peer presents; undefined if it presents none. Throws a `TlsBreach` if the text is not a certificate. */
export function presentedIn([pem = '']: readonly string[]): Certificate | undefined {
  if (pem === '') return undefined;
  const [certificate] = certificatesOf(pem) ?? [];
  if (certificate === undefined) throw new TlsBreach('decode_error', 'what the peer presents is not a certificate');
  return certificate;
}

/** The breach of a peer whose message must not come now. */
export function notDue(message: TlsMessage): TlsBreach {
  return new TlsBreach('unexpected_message', `a handshake message of the type ${message.type} that is not due`);
}
