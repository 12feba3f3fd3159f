// What listen and connect infer and refuse. Compiled, never run.
import type { ListeningPort, Reactor } from 'couplet';
import { ClientFactory, connect, Factory, IPv4Address, listen, Protocol, reactor } from 'couplet';
import type { ClientEndpoint, ServerEndpoint } from 'couplet/endpoints';
import {
  AdoptedStreamServerEndpoint,
  HostnameEndpoint,
  serverFromString,
  TCP4ServerEndpoint,
  UNIXClientEndpoint,
} from 'couplet/endpoints';
import { exactly } from './exactly.ts';

class Echo extends Protocol {
  readonly sound = 'echo';
}

class Client extends Protocol<DownloadFactory> {}

class DownloadFactory extends ClientFactory {
  override protocol = Client;
}

/** Under any client factory. */
class Download extends Protocol<ClientFactory> {
  poem = '';
}

class EchoFactory extends Factory {
  override protocol = Echo;
}

class Server extends Protocol<EchoFactory> {}

class Choosing extends ClientFactory {
  override buildProtocol(): Echo {
    return new Echo();
  }
}

export async function inferred(signal: AbortSignal): Promise<void> {
  exactly<Echo>()(await connect('tcp:localhost:80', new Echo()));
  exactly<Download>()(await connect('tcp:localhost:80', new Download(), { signal }));
  exactly<Echo>()(await connect('tcp:localhost:80', new Choosing(), { reactor }));
  exactly<Client>()(await connect('tcp:localhost:80', new DownloadFactory()));
  exactly<Echo>()(await connect('tcp:localhost:80', ClientFactory.forProtocol(Echo)));
  exactly<Client>()(await reactor.connectTCP('localhost', 80, new DownloadFactory()).whenConnected());
  exactly<'echo'>()((await connect('unix:/run/echo.sock', new Echo())).sound);
}

export async function refused(): Promise<void> {
  // @ts-expect-error the protocol demands a factory that connect does not have
  await connect('tcp:localhost:80', new Client());
  // @ts-expect-error the protocol demands a server factory
  await connect('tcp:localhost:80', new Server());
  // @ts-expect-error a server factory cannot connect
  await connect('tcp:localhost:80', new EchoFactory());
  // @ts-expect-error an instance, not the class
  await connect('tcp:localhost:80', Echo);
  // @ts-expect-error the description is a string
  await connect({ host: 'localhost', port: 80 }, new Echo());
  // @ts-expect-error a client factory cannot listen
  await listen('tcp:0', new DownloadFactory());
  // @ts-expect-error a protocol is no factory
  await listen('tcp:0', new Echo());
}

export async function ports(other: Reactor): Promise<void> {
  await using port = await listen('tcp:0', new EchoFactory(), { reactor: other, maxWriteBufferBytes: 65_536 });
  exactly<ListeningPort>()(port);
  await using same = await reactor.listenTCP(0, new EchoFactory());
  exactly<Promise<void>>()(same.stopListening());
  exactly<number>()(same.getHost().port);
  exactly<'IPv4' | 'IPv6'>()(same.getHost().family);
  const any: ListeningPort = same;
  // @ts-expect-error of any port it is not known that it is on TCP
  void any.getHost().port;
  await using local = await reactor.listenUNIX('/run/echo.sock', new EchoFactory());
  // @ts-expect-error a UNIX socket has no port
  void local.getHost().port;
  const host = port.getHost();
  exactly<'IPv4' | 'IPv6' | 'UNIX' | 'PIPE'>()(host.family);
  // @ts-expect-error a UNIX socket has no port
  void host.port;
  if ('port' in host) exactly<number>()(host.port);
  if (host.family === 'UNIX') exactly<string>()(host.path);
  if (host instanceof IPv4Address) exactly<'IPv4'>()(host.family);
}

export async function classes(): Promise<void> {
  exactly<ServerEndpoint>()(serverFromString(reactor, 'tcp:0'));
  const endpoint: ServerEndpoint = new TCP4ServerEndpoint(reactor, 8007, { backlog: 5 });
  exactly<ListeningPort>()(await endpoint.listen(new EchoFactory()));
  const client: ClientEndpoint = new HostnameEndpoint(reactor, 'localhost', 80, { bindAddress: '127.0.0.1' });
  exactly<Client>()(await client.connect(new DownloadFactory()));
  exactly<Echo>()(await new UNIXClientEndpoint(reactor, '/run/echo.sock').connect(new Echo(), { timeoutMs: 10 }));
  // @ts-expect-error a descriptor has no interface
  new AdoptedStreamServerEndpoint(reactor, 3, { interface: '127.0.0.1' });
  // @ts-expect-error the protocol demands a factory that an endpoint does not have
  await client.connect(new Client());
  // @ts-expect-error a client factory cannot listen
  await endpoint.listen(new DownloadFactory());
}
