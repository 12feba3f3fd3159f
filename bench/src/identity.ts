import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** What the load over TLS is made with. */
export const openssl = { header: 'openssl/ssl.h', package: 'libssl-dev' };

/** A certificate and its key, PEM, as the programs of TLS servers take them: their last two arguments. */
export type Identity = readonly [cert: string, key: string];

let made: Promise<Identity> | undefined;

/** A certificate that signs itself (ECDSA, P-256), good for a day; the same for the whole run. */
export function identity(): Promise<Identity> {
  made ??= make();
  return made;
}

async function make(): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return [certificate.toString('pem'), `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`];
}
