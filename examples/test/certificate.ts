import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;

/** A certificate for localhost that is its own authority, and its key, in files that one test has; `renew` writes others. */
export class Certificate {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM. */
  cert = '';
  key = '';

  private constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'couplet-example-'));
    this.certFile = join(this.folder, 'cert.pem');
    this.keyFile = join(this.folder, 'key.pem');
    t.after(() => rmSync(this.folder, { recursive: true }));
  }

  static async create(t: TestContext): Promise<Certificate> {
    const certificate = new Certificate(t);
    await certificate.renew();
    return certificate;
  }

  async renew(): Promise<void> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const now = Date.now();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      notBefore: new Date(now - HOUR_MS),
      notAfter: new Date(now + HOUR_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    this.cert = certificate.toString('pem');
    this.key = `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
    writeFileSync(this.certFile, this.cert);
    writeFileSync(this.keyFile, this.key);
  }
}
