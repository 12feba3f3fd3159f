import type { TlsInfo } from '../seam/tls.ts';
import type { Certificate } from './certificate.ts';
import { certificatesOf } from './certificate.ts';
import { TlsBreach } from './tls-breach.ts';
import type { SimSession } from './tls-context.ts';
import type { TlsMessage } from './tls-message.ts';

/** One side of a handshake, which says what is due after each message of the peer. */
export interface TlsSide {
  /** The handshake begins. */
  begin(): void;
  /** Takes a message. Throws a `TlsBreach` when that ends the handshake. */
  take(message: TlsMessage): void;
}

/** What a side speaks through. */
export interface Speaker {
  /** Sends a message. */
  say(type: number, ...fields: readonly string[]): void;
  /** From now on both directions are protected, by what this secret says. */
  protect(secret: string): void;
  /** The handshake is done. */
  secured(info: TlsInfo): void;
  /** Something that nobody else comes up with. */
  nonce(): string;
  wallClock(): number;
}

/** What a handshake agreed on. There is one version, and one cipher. */
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

/** The certificate that the peer presents; undefined for none. Throws a `TlsBreach` for text that is none. */
export function presentedIn([pem = '']: readonly string[]): Certificate | undefined {
  if (pem === '') return undefined;
  const [certificate] = certificatesOf(pem) ?? [];
  if (certificate === undefined) throw new TlsBreach('decode_error', 'what the peer presents is not a certificate');
  return certificate;
}

/** What a message is that is not due. */
export function notDue(message: TlsMessage): TlsBreach {
  return new TlsBreach('unexpected_message', `a handshake message of the type ${message.type} that is not due`);
}
