export type { Builder, ProtocolOf } from '../endpoints/builder.ts';
export type { Reachable, ServiceOptions } from '../endpoints/client-service.ts';
export { ClientService, ServiceStopped } from '../endpoints/client-service.ts';
export type { DialOptions } from '../endpoints/connect.ts';
export { ClientEndpoint, clientFromString } from '../endpoints/connect.ts';
export { quoteStringArgument } from '../endpoints/description.ts';
export { ServerEndpoint, serverFromString } from '../endpoints/listen.ts';
export type { WaitOptions } from '../endpoints/waiters.ts';
