import type { Reactor } from '../reactor/reactor.ts';
import type { ClientEndpoint } from './client-endpoint.ts';
import { Description } from './description.ts';
import { HostnameEndpoint } from './hostname-endpoint.ts';
import { StandardIOClientEndpoint } from './standard-io-client-endpoint.ts';
import { UNIXClientEndpoint } from './unix-client-endpoint.ts';

/**
 * The endpoint that a client description names, such as `tcp:example.org:8007:timeout=10`, `unix:/run/echo.sock` or `stdio:`.
 * Throws an `EndpointSyntaxError` that names the offending part.
 */
export function clientFromString(reactor: Reactor, text: string): ClientEndpoint {
  const description = new Description(text);
  const endpoint = endpointOf(reactor, description);
  description.finish();
  return endpoint;
}

function endpointOf(reactor: Reactor, description: Description): ClientEndpoint {
  switch (description.kind) {
    case 'tcp':
      return tcp(reactor, description);
    case 'unix':
      return new UNIXClientEndpoint(reactor, description.required('path'), timeoutOf(description));
    case 'stdio':
      description.nothing();
      return new StandardIOClientEndpoint(reactor);
    default:
      throw description.wrong(`'${description.kind}' is no kind of client (tcp, unix, stdio)`);
  }
}

function tcp(reactor: Reactor, description: Description): ClientEndpoint {
  const host = description.required('host');
  const port = description.number('port', description.required('port'), 1, 65_535);
  const bind = description.optional('bindAddress');
  const options = { ...timeoutOf(description), ...(bind === undefined ? {} : { bindAddress: bind }) };
  return new HostnameEndpoint(reactor, host, port, options);
}

/** In a description, as in Twisted's, the timeout counts seconds. */
function timeoutOf(description: Description): { timeoutMs?: number } {
  const timeout = description.optional('timeout');
  return timeout === undefined ? {} : { timeoutMs: 1000 * description.number('timeout', timeout, 0, 2 ** 31 - 1) };
}
