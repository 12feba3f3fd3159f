import { familyOf } from '../address/literal.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { ClientEndpoint } from './client-endpoints.ts';
import { HostnameEndpoint, ProcessEndpoint, StandardIOClientEndpoint, UNIXClientEndpoint } from './client-endpoints.ts';
import { Description, kindOf, taking, unwrap } from './description.ts';
import { othersFor, registered } from './registry.ts';
import { clientTLSOf } from './tls-description.ts';
import { wordsOf } from './words.ts';
import { announceEndpoint, WrappedClientEndpoint } from './wrap.ts';

/**
 * Reads a client description, and returns the endpoint that it names. Descriptions are, for example:
 *
 * - `tcp:example.org:8007:timeout=10`, `tcp:[::1]:8007:bindAddress=192.0.2.1`; a `timeout` is in seconds
 * - `unix:/run/echo.sock`
 * - `tls:example.org:8443:ca=/etc/echo/ca.pem`
 * - `stdio:`
 * - `exec:sort -n`, `exec:grep 'two words':killTimeout=1`: a command, which no shell reads; blanks divide it, quotes keep them. A
 *   `killTimeout` is in seconds
 * - around another endpoint: `haproxy:version=2:tcp:127.0.0.1:8007`
 *
 * A program adds kinds of its own with `registerEndpoint`.
 *
 * Throws an `EndpointSyntaxError` that names the part which is wrong, and a `TypeError` if `text` is not a string. Files are read
 * by the first `connect`, which rejects with an `EndpointSyntaxError` if one cannot be used.
 *
 * @param reactor The reactor that the endpoint connects with.
 * @param text The description; `quoteStringArgument` quotes a part of it.
 */
export function clientFromString(reactor: Reactor, text: string): ClientEndpoint {
  const kind = kindOf(text);
  if (kind === 'haproxy') return haproxy(reactor, text);
  const own = registered(kind);
  const client = own?.client;
  if (client !== undefined)
    return taking(text, (description) => {
      const endpoint = client.call(own, reactor, description);
      checkEndpoint(endpoint, 'connect');
      return endpoint;
    });
  const description = new Description(text);
  const endpoint = endpointOf(reactor, description);
  description.finish();
  return endpoint;
}

function endpointOf(reactor: Reactor, description: Description): ClientEndpoint {
  switch (description.kind) {
    case 'tcp':
      return tcp(reactor, description);
    case 'tls':
    case 'ssl':
      return tls(reactor, description);
    case 'unix':
      return new UNIXClientEndpoint(reactor, description.required('path'), timeoutOf(description));
    case 'stdio':
      description.nothing();
      return new StandardIOClientEndpoint(reactor);
    case 'exec':
      return exec(reactor, description);
    default:
      throw description.wrong(
        `'${description.kind}' is not a kind of client (tcp, tls, ssl, unix, stdio, exec, haproxy${othersFor('client')})`,
      );
  }
}

function tcp(reactor: Reactor, description: Description): ClientEndpoint {
  const host = description.required('host');
  const port = description.number('port', description.required('port'), 1, 65_535);
  const bind = description.optional('bindAddress');
  if (bind !== undefined && familyOf(bind) === undefined)
    throw description.wrong(`bindAddress '${bind}' is not an IP address`);
  const options = { ...timeoutOf(description), ...(bind === undefined ? {} : { bindAddress: bind }) };
  return new HostnameEndpoint(reactor, host, port, options);
}

/** TLS to a TCP port, or around the endpoint that the argument `endpoint` describes. */
function tls(reactor: Reactor, description: Description): ClientEndpoint {
  const inner = description.optional('endpoint');
  const endpoint =
    inner === undefined
      ? tcp(reactor, description)
      : description.within(inner, (text) => clientFromString(reactor, text));
  const load = clientTLSOf(reactor['~surroundings'], description, inner === undefined || kindOf(inner) === 'tcp');
  return new WrappedClientEndpoint(endpoint, async () => ({ tls: await load() }));
}

function haproxy(reactor: Reactor, text: string): ClientEndpoint {
  const [description, inner] = unwrap(text);
  const version = description.oneOf('version', ['1', '2']);
  description.finish();
  if (inner === '') throw description.wrong('no endpoint follows, such as tcp:127.0.0.1:8007');
  const endpoint = description.within(inner, (described) => clientFromString(reactor, described));
  return announceEndpoint(endpoint, version === '1' ? 1 : 2);
}

function exec(reactor: Reactor, description: Description): ClientEndpoint {
  const text = description.required('command');
  const [command, ...args] = wordsOf(text, (what) => description.wrong(`command '${text}': ${what}`));
  if (command === undefined || command === '') throw description.wrong('it has no command');
  const kill = description.optional('killTimeout');
  const killing = kill === undefined ? {} : { killTimeoutMs: secondsOf(description, 'killTimeout', kill) };
  return new ProcessEndpoint(reactor, command, args, { ...timeoutOf(description), ...killing });
}

/** In a description, as in Twisted's, the timeout is in seconds. */
function timeoutOf(description: Description): { timeoutMs?: number } {
  const timeout = description.optional('timeout');
  return timeout === undefined ? {} : { timeoutMs: secondsOf(description, 'timeout', timeout) };
}

function secondsOf(description: Description, name: string, value: string): number {
  return 1000 * description.number(name, value, 0, 2 ** 31 - 1);
}
