/** Four decimal numbers of at most 255, without leading zeros. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
/** What may be an IPv6 literal, a zone (RFC 4007) split off. The rest of its grammar is the URL parser's business. */
const IPV6 = /^([0-9a-f:.]*:[0-9a-f:.]*)(?:%[^%]+)?$/i;

/** The family of an IP literal; undefined for a host name. */
export function familyOf(host: string): 'IPv4' | 'IPv6' | undefined {
  if (IPV4.test(host)) return 'IPv4';
  const [, literal] = IPV6.exec(host) ?? [];
  return literal !== undefined && URL.canParse(`http://[${literal}]/`) ? 'IPv6' : undefined;
}
