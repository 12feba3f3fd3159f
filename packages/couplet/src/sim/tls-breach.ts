/** The alerts that are used here, by their names and numbers (RFC 8446, section 6). */
const ALERTS = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  decode_error: 50,
  protocol_version: 70,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;

export type AlertName = keyof typeof ALERTS;

/** The reason why this side gives up TLS. */
export class TlsBreach extends Error {
  override name = 'TlsBreach';
  /** The alert that the peer gets. */
  readonly alert: AlertName;
  /** The code that OpenSSL or the runtime has for it; empty if neither has one. */
  readonly code: string;

  constructor(alert: AlertName, message: string, code = '') {
    super(message);
    this.alert = alert;
    this.code = code;
  }
}

/** The body of an alert: its level, and its number. */
export function alertBytes(name: AlertName): Buffer {
  return Buffer.from([name === 'close_notify' ? 1 : 2, ALERTS[name]]);
}

/** The name of an alert that the peer sent. Throws a `TlsBreach` if the bytes are not an alert. */
export function alertName(body: Buffer): string {
  const [level, number, extra] = body;
  if (level === undefined || number === undefined || extra !== undefined)
    throw new TlsBreach('decode_error', `an alert of ${body.length} bytes`);
  const [name] = Object.entries(ALERTS).find(([, known]) => known === number) ?? [];
  return name ?? `alert ${number}`;
}
