import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientTLS, ServerTLS } from 'couplet';

const PEM = '-----BEGIN NOTHING-----';
const identity = { cert: PEM, key: PEM };

describe('options of TLS', () => {
  test('R37 no version before TLS 1.2 can be asked for, though no compiler looked', () => {
    const options = JSON.parse('{ "minVersion": "TLSv1.1" }');
    const wrong = {
      name: 'TypeError',
      message: "minVersion is the string 'TLSv1.1', not one of 'TLSv1.2', 'TLSv1.3'",
    };
    assert.throws(() => new ServerTLS({ ...identity, ...options }), wrong);
    assert.throws(() => new ClientTLS(options), wrong);
  });

  test('R37 a misspelt clientAuth is named', () => {
    const options = JSON.parse('{ "clientAuth": "required" }');
    assert.throws(() => new ServerTLS({ ...identity, ca: PEM, ...options }), {
      name: 'TypeError',
      message: "clientAuth is the string 'required', not one of 'none', 'request', 'require'",
    });
  });
});
