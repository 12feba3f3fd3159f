import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionOptions } from 'couplet';
import { ClientFactory, Factory, Protocol, Reactor } from 'couplet';
import type { ClientEndpoint, ServerEndpoint } from 'couplet/endpoints';
import {
  AdoptedStreamServerEndpoint,
  HostnameEndpoint,
  StandardIOClientEndpoint,
  StandardIOEndpoint,
  TCP4ClientEndpoint,
  TCP4ServerEndpoint,
  TCP6ClientEndpoint,
  TCP6ServerEndpoint,
  UNIXClientEndpoint,
  UNIXServerEndpoint,
} from 'couplet/endpoints';
import type { Resolver } from '../../src/seam/backend.ts';
import type { ConnectPlace, ListenPlace } from '../../src/seam/streams.ts';
import { FakeBackend } from '../fake-backend.ts';

/** Where an endpoint asks the backend to listen. */
async function listens(make: (reactor: Reactor) => ServerEndpoint): Promise<ListenPlace | undefined> {
  const backend = new FakeBackend();
  const options: ConnectionOptions & { backlog: number } = { backlog: 9 };
  await assert.rejects(make(new Reactor(backend)).listen(Factory.forProtocol(Protocol), options), /no network/);
  return backend.listened[0];
}

/** Where an endpoint asks the backend to connect to, and when the attempt times out. */
function connects(make: (reactor: Reactor) => ClientEndpoint): [ConnectPlace | undefined, number | undefined] {
  const backend = new FakeBackend();
  void make(new Reactor(backend)).connect(ClientFactory.forProtocol(Protocol), { timeoutMs: 7000 });
  return [backend.connected[0], backend.alarmAt];
}

/** Every name has an address of each family. */
class Twofold extends FakeBackend {
  override readonly names: Resolver = {
    resolve: async () => [
      { family: 'IPv6', host: '2001:db8::1' },
      { family: 'IPv4', host: '192.0.2.1' },
    ],
  };
}

/** The addresses that are tried, each after the head start of the one before. */
async function tries(make: (reactor: Reactor) => ClientEndpoint): Promise<(string | undefined)[]> {
  const backend = new Twofold();
  void make(new Reactor(backend)).connect(ClientFactory.forProtocol(Protocol));
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  backend.advance(1000);
  return backend.connected.map((place) => (place.kind === 'tcp' ? place.host : undefined));
}

describe('a server endpoint', () => {
  const tcp = { kind: 'tcp', host: '0.0.0.0', port: 80, backlog: 9 };

  test('listens at its place, with the options of the call where it has none of its own', async () => {
    assert.deepEqual(await listens((reactor) => new TCP4ServerEndpoint(reactor, 80)), tcp);
    assert.deepEqual(await listens((reactor) => new TCP6ServerEndpoint(reactor, 80)), { ...tcp, host: '::' });
    const own = { interface: '127.0.0.1', backlog: 5 };
    const place = { ...tcp, host: '127.0.0.1', backlog: 5 };
    assert.deepEqual(await listens((reactor) => new TCP4ServerEndpoint(reactor, 80, own)), place);
    assert.deepEqual(await listens((reactor) => new UNIXServerEndpoint(reactor, '/a', { mode: 0o600 })), {
      kind: 'unix',
      path: '/a',
      mode: 0o600,
      backlog: 9,
    });
    assert.deepEqual(await listens((reactor) => new AdoptedStreamServerEndpoint(reactor, 3)), {
      kind: 'fd',
      fd: 3,
      backlog: 9,
    });
    assert.deepEqual(await listens((reactor) => new StandardIOEndpoint(reactor)), { kind: 'stdio' });
  });

  test('rejects what is no descriptor', async () => {
    const endpoint = new AdoptedStreamServerEndpoint(new Reactor(new FakeBackend()), -1);
    await assert.rejects(endpoint.listen(Factory.forProtocol(Protocol)), /^RangeError: fd is -1, not a whole number/);
  });
});

describe('a client endpoint', () => {
  test('connects to its place, with the options of the call where it has none of its own', () => {
    const tcp = { kind: 'tcp', host: '192.0.2.1', port: 80, localHost: undefined, localPort: undefined };
    assert.deepEqual(
      connects((reactor) => new HostnameEndpoint(reactor, '192.0.2.1', 80)),
      [tcp, 7000],
    );
    assert.deepEqual(
      connects((reactor) => new HostnameEndpoint(reactor, '192.0.2.1', 80, { timeoutMs: 1, bindPort: 5 })),
      [{ ...tcp, localPort: 5 }, 1],
    );
    assert.deepEqual(
      connects((reactor) => new UNIXClientEndpoint(reactor, '/a')),
      [{ kind: 'unix', path: '/a' }, 7000],
    );
    assert.deepEqual(
      connects((reactor) => new StandardIOClientEndpoint(reactor, { timeoutMs: 2 })),
      [{ kind: 'stdio' }, 2],
    );
  });

  test('R20 of a name it tries the addresses of both families, or of its own', async () => {
    assert.deepEqual(await tries((reactor) => new HostnameEndpoint(reactor, 'poem.test', 80)), [
      '2001:db8::1',
      '192.0.2.1',
    ]);
    assert.deepEqual(await tries((reactor) => new TCP4ClientEndpoint(reactor, 'poem.test', 80)), ['192.0.2.1']);
    assert.deepEqual(await tries((reactor) => new TCP6ClientEndpoint(reactor, 'poem.test', 80)), ['2001:db8::1']);
  });

  test('R20 a name without an address of its family cannot be looked up, and a literal of the other is misuse', async () => {
    const backend = new Twofold();
    backend.names.resolve = async () => [{ family: 'IPv4', host: '192.0.2.1' }];
    const reactor = new Reactor(backend);
    await assert.rejects(
      new TCP6ClientEndpoint(reactor, 'poem.test', 80).connect(new Protocol<ClientFactory>()),
      /^DNSLookupError: poem\.test:80: the name has no IPv6 address$/,
    );
    await assert.rejects(
      new TCP6ClientEndpoint(reactor, '192.0.2.1', 80).connect(new Protocol<ClientFactory>()),
      /^RangeError: host '192\.0\.2\.1' is not an IPv6 address$/,
    );
  });
});
