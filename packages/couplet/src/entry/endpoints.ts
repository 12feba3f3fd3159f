export type { DialOptions } from '../endpoints/connect.ts';
export { ClientEndpoint, clientFromString } from '../endpoints/connect.ts';
export { quoteStringArgument } from '../endpoints/description.ts';
export { ServerEndpoint, serverFromString } from '../endpoints/listen.ts';
export type { ProxyDetails, ProxySsl } from '../haproxy/details.ts';
export { detailsOf } from '../haproxy/details.ts';
export { TLV } from '../haproxy/tlv.ts';
