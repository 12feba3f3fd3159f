/** A host as it stands before a port (RFC 3986, 3.2.2): an IPv6 address in brackets, anything else as it is. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** A host and a port, as a person writes them: `127.0.0.1:8007`, `[::1]:8007`. */
export function authorityOf(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}
