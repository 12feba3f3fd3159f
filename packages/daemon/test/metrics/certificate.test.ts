import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { certificateExpiry } from '../../src/metrics/certificate.ts';

test('R-D36 the end of a certificate is read from its PEM, the first one of a chain', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const make = async (notAfter: string): Promise<string> => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const settings = { name: 'CN=poetry', keys, signingAlgorithm: algorithm, notBefore: new Date(0) };
    const one = await X509CertificateGenerator.createSelfSigned({ ...settings, notAfter: new Date(notAfter) });
    return one.toString('pem');
  };
  const [leaf, issuer] = [await make('2031-02-03T04:05:06Z'), await make('2041-01-01T00:00:00Z')];
  assert.equal(certificateExpiry(`${leaf}\n${issuer}\n`), Date.UTC(2031, 1, 3, 4, 5, 6) / 1000);
  assert.equal(certificateExpiry('nothing'), undefined);
});
