import { type Address, addressOf } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Details } from '../values/details.ts';
import { oneLine } from '../values/one-line.ts';

/** What views show of a TLS handshake. The peer chose some of it. */
export function tlsFacts({ version, cipher, alpn, serverName, peerCertificate }: TlsInfo): Details {
  return {
    version,
    cipher,
    ...(alpn === undefined ? {} : { alpn: oneLine(alpn) }),
    ...(serverName === undefined ? {} : { serverName: oneLine(serverName) }),
    ...(peerCertificate === undefined ? {} : { subject: oneLine(peerCertificate.subject) }),
  };
}

/** What views show of a PROXY header, and of the proxy that sent it. */
export function proxyFacts({ version, command, source, destination }: ProxyHeader, via: Address | undefined): Details {
  return {
    version,
    command,
    ...(via === undefined ? {} : { via: via.authority }),
    ...(source === undefined ? {} : { source: addressOf(source).authority }),
    ...(destination === undefined ? {} : { destination: addressOf(destination).authority }),
  };
}
