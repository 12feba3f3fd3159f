import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateExpiry } from '../../src/metrics/certificate.ts';
import { selfSigned } from '../certificate.ts';

test('R-D36 the end of a certificate is read from its PEM, the first one of a chain', async () => {
  const [leaf, issuer] = [await selfSigned('2031-02-03T04:05:06Z'), await selfSigned('2041-01-01T00:00:00Z')];
  assert.equal(certificateExpiry(`${leaf.cert}\n${issuer.cert}\n`), Date.UTC(2031, 1, 3, 4, 5, 6) / 1000);
  assert.equal(certificateExpiry('nothing'), undefined);
});
