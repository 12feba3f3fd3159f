/** A connection did not begin with a PROXY header that counts: malformed, cut short, late, or from somebody who is not trusted. */
export class ProxyHeaderError extends Error {
  override name = 'ProxyHeaderError';
  constructor(why: string, options?: ErrorOptions) {
    super(`PROXY header: ${why}`, options);
  }
}
