import { X509Certificate } from 'node:crypto';

/**
 * Returns when a certificate ends, in seconds since 1970: of the first one in the PEM, which is the one of the server. Undefined if it
 * cannot be read.
 */
export function certificateExpiry(pem: string | Uint8Array): number | undefined {
  try {
    const ends = Date.parse(new X509Certificate(pem).validTo) / 1000;
    return Number.isNaN(ends) ? undefined : ends;
  } catch {
    return undefined;
  }
}
