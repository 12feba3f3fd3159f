import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, X509CertificateGenerator, } from '@peculiar/x509';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
let serial = 0;
/** An authority that certifies for tests. */
export class Authority {
    #certificate;
    #keys;
    constructor(certificate, keys) {
        this.#certificate = certificate;
        this.#keys = keys;
    }
    static async create(name = 'Couplet test authority') {
        const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
        const certificate = await X509CertificateGenerator.createSelfSigned({
            ...datesOf(1),
            serialNumber: nextSerial(),
            name: `CN=${name}`,
            keys,
            signingAlgorithm: ALGORITHM,
            extensions: [
                new BasicConstraintsExtension(true, undefined, true),
                new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
            ],
        });
        return new Authority(certificate, keys);
    }
    /** Its own certificate, PEM. */
    get ca() {
        return this.#certificate.toString('pem');
    }
    /** A certificate for these host names and IP literals, good from now for so many days; expired below 0. */
    certify(names, days = 1) {
        const named = new SubjectAlternativeNameExtension(names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })));
        return this.#issue(names[0] ?? '', [named], days);
    }
    /** A certificate of the old kind: the name is in its subject only. */
    certifyCommonName(name) {
        return this.#issue(name, [], 1);
    }
    async #issue(commonName, extensions, days) {
        const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
        const certificate = await X509CertificateGenerator.create({
            ...datesOf(days),
            serialNumber: nextSerial(),
            subject: `CN=${commonName}`,
            issuer: this.#certificate.subject,
            signingKey: this.#keys.privateKey,
            publicKey: keys.publicKey,
            signingAlgorithm: ALGORITHM,
            extensions,
        });
        const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
        return {
            cert: certificate.toString('pem'),
            key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
        };
    }
}
function datesOf(days) {
    const now = Date.now();
    return { notBefore: new Date(now - 2 * DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}
function nextSerial() {
    serial += 1;
    return serial.toString(16).padStart(2, '0');
}
//# sourceMappingURL=certificates.js.map