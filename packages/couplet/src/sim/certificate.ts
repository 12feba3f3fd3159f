import { familyOf } from '../address/literal.ts';
import { serverNameOf } from '../protocol/tls.ts';
import type { TlsCertificate } from '../seam/tls.ts';
import { Dice } from '../time/dice.ts';

const CERTIFICATE = 'SIMULATED CERTIFICATE';
const KEY = 'SIMULATED KEY';
/** A block of RFC 7468: its label and its content. */
const ARMOUR = /-----BEGIN ([^-]+)-----\n([\s\S]*?)\n-----END \1-----/g;
/** The last second of the year 9999. */
const NEVER_MS = 253_402_300_799_000;

/** The content of a simulated certificate. */
export interface CertificateOptions {
  /** The host names and IP literals that it is for, at least one; `*.` in front of a name stands for any one label. The first is the subject. */
  readonly names: readonly string[];
  /** When it begins to be valid, in milliseconds since 1970 (UTC); 0 unless set. */
  readonly validFromMs?: number;
  /** When it ceases to be valid, in milliseconds since 1970 (UTC); the end of the year 9999 unless set (RFC 5280, section 4.1.2.5). */
  readonly validToMs?: number;
  /** The name of the authority that issues it; `World Authority` unless set. The same name is the same authority. */
  readonly issuer?: string;
}

/** A simulated certificate, its key, and the certificate of its authority: text for `ServerTLS` and `ClientTLS`. */
export interface CertificateFiles {
  /** The certificate, for `ServerTLS` or the identity of a `ClientTLS`. */
  readonly cert: string;
  /** The key of the certificate. */
  readonly key: string;
  /** The certificate of the authority, for the side that verifies. */
  readonly ca: string;
}

/** The content of the text of a certificate. */
interface Claims {
  readonly names: readonly string[];
  readonly issuer: string;
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly serial: string;
  /** The name of its key, and that of the key which signed it. */
  readonly key: string;
  readonly signer: string;
}

/** A certificate of the simulation: the content of a real one (RFC 5280), and the name of the key that signed it. */
export class Certificate implements TlsCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectAltName: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly serialNumber: string;
  readonly fingerprint256: string;
  readonly der: Uint8Array;
  readonly key: string;
  readonly signer: string;
  /** The text that it was made of. */
  readonly pem: string;
  readonly #names: readonly string[];

  constructor(claims: Claims, pem: string) {
    const { names, issuer, validFromMs, validToMs, serial, key, signer } = claims;
    this.subject = `CN=${names[0] ?? ''}`;
    this.issuer = `CN=${issuer}`;
    this.subjectAltName = names.map((name) => `${familyOf(name) ? 'IP Address' : 'DNS'}:${name}`).join(', ');
    this.validFrom = validFromMs;
    this.validTo = validToMs;
    this.serialNumber = serial;
    this.fingerprint256 = digest(pem, 32).toUpperCase().match(/../g)?.join(':') ?? '';
    this.der = Buffer.from(pem);
    this.key = key;
    this.signer = signer;
    this.pem = pem;
    this.#names = names;
  }

  /** Whether it is for a name (RFC 6125); a wildcard stands for the first label. */
  isFor(name: string): boolean {
    const asked = spelling(name);
    const wild = familyOf(asked) === undefined ? `*${asked.slice(asked.indexOf('.'))}` : asked;
    return this.#names.map(spelling).some((own) => own === asked || (asked.includes('.') && own === wild));
  }
}

/** A name as it is asked for. */
function spelling(name: string): string {
  return serverNameOf(name) ?? name.toLowerCase();
}

/** Issues a certificate. The serial number gives it a key of its own. Throws a `RangeError` if it has no name. */
export function issue(options: CertificateOptions, serial: number): CertificateFiles {
  const { names, validFromMs = 0, validToMs = NEVER_MS, issuer = 'World Authority' } = options;
  if (names.length === 0) throw new RangeError('names is empty, not a list of host names or IP addresses');
  const signer = digest(`the key of the authority ${issuer}`, 16);
  const key = digest(`the key of ${issuer}'s number ${serial}`, 16);
  const always = { validFromMs: 0, validToMs: NEVER_MS, issuer, signer };
  const own = { names, issuer, validFromMs, validToMs, serial: serial.toString(16).padStart(2, '0'), key, signer };
  return {
    cert: armoured(CERTIFICATE, own satisfies Claims),
    key: armoured(KEY, { key }),
    ca: armoured(CERTIFICATE, { ...always, names: [issuer], serial: '00', key: signer } satisfies Claims),
  };
}

/** The certificates in a text, in order; undefined if there are none, or if one of them is not of the simulation. */
export function certificatesOf(pem: string): readonly Certificate[] | undefined {
  const found: Certificate[] = [];
  for (const [text, label, body = ''] of pem.matchAll(ARMOUR)) {
    const claims = label === CERTIFICATE ? parsed(body) : undefined;
    if (!isClaims(claims)) return undefined;
    found.push(new Certificate(claims, text));
  }
  return found.length === 0 ? undefined : found;
}

/** The name of the key in a text; undefined if there is no key of the simulation. */
export function keyOf(pem: string): string | undefined {
  for (const [, label, body = ''] of pem.matchAll(ARMOUR)) {
    const content = label === KEY ? parsed(body) : undefined;
    if (!isRecord(content)) continue;
    const { key } = content;
    if (typeof key === 'string') return key;
  }
  return undefined;
}

/** Text in the armour of RFC 7468. */
function armoured(label: string, content: object): string {
  return `-----BEGIN ${label}-----\n${JSON.stringify(content, undefined, 1)}\n-----END ${label}-----\n`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isClaims(value: unknown): value is Claims {
  if (!isRecord(value)) return false;
  const { names, issuer, validFromMs, validToMs, serial, key, signer } = value;
  const texts = [issuer, serial, key, signer].every((one) => typeof one === 'string');
  const times = typeof validFromMs === 'number' && typeof validToMs === 'number';
  return texts && times && Array.isArray(names) && names.every((name) => typeof name === 'string');
}

/** A hash of a text, of `size` bytes, in hexadecimal. */
function digest(text: string, size: number): string {
  const dice = new Dice(text);
  return Array.from({ length: size }, () => dice.whole(0, 255).toString(16).padStart(2, '0')).join('');
}
