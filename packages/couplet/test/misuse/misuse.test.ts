import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connector } from 'couplet';
import { ClientFactory, connect, Factory, listen, Protocol, Reactor, ReconnectingClientFactory, serve } from 'couplet';
import {
  ClientService,
  clientFromString,
  HostnameEndpoint,
  proxyEndpoint,
  SystemdServerEndpoint,
  TCP4ServerEndpoint,
  wrapClientTLS,
  wrapServerTLS,
} from 'couplet/endpoints';
import { limitConnections, limitPerPeer, logTraffic, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import { Echo, portForward } from 'couplet/protocols';
import { described } from '../../src/values/checks.ts';
import { FakeBackend } from '../fake-backend.ts';
import { settled } from '../tended.ts';
import { call, make, typeError } from './calling.ts';

const reactor = new Reactor(new FakeBackend());
const echo = Factory.forProtocol(Echo);
const echoes = ClientFactory.forProtocol(Echo);
const endpoint = clientFromString(reactor, 'tcp:127.0.0.1:8007');

class Empty extends Factory {}
class EmptyClient extends ClientFactory {}

/** An object of a class whose name is a symbol. */
function unnameable(): object {
  class Unnameable {}
  Object.defineProperty(Unnameable, 'name', { value: Symbol('name') });
  return new Unnameable();
}

/** What is no factory of a server, and what the error says of it. */
const NO_FACTORIES: readonly [unknown, RegExp][] = [
  [Echo, /^factory is the class Echo, not a Factory: write Factory\.forProtocol\(Echo\)$/],
  [new Echo(), /^factory is an instance of Echo, not a Factory: write Factory\.forProtocol\(Echo\)$/],
  [Empty, /^factory is the class Empty, not a Factory: write new Empty\(\)$/],
  [undefined, /^factory is undefined, not a Factory: write /],
  ['echo', /^factory is the string 'echo', not a Factory: write /],
  [{}, /^factory is an object, not a Factory: write /],
  [Object.create(null), /^factory is an object, not a Factory: write /],
  [unnameable(), /^factory is an object, not a Factory: write /],
];

/** The same for a client. */
const NO_CLIENT_FACTORIES: readonly [unknown, RegExp][] = [
  [Echo, /^factory is the class Echo, not a ClientFactory: write ClientFactory\.forProtocol\(Echo\)$/],
  [new Echo(), /not a ClientFactory: write ClientFactory\.forProtocol\(Echo\)$/],
  [echo, /^factory is an instance of Factory, not a ClientFactory: write a class that extends ClientFactory, or /],
  [null, /^factory is null, not a ClientFactory: write /],
];

describe('a call that takes a factory says what it got, and what to write instead', () => {
  for (const [given, message] of NO_FACTORIES) {
    const error = typeError(message);
    test(`R16 listening with ${described(given)}`, async () => {
      for (const started of [
        call(reactor.listenTCP, reactor, 0, given),
        call(reactor.listenUNIX, reactor, '/run/echo.sock', given),
        call(reactor.adoptStreamPort, reactor, 3, given),
        call(reactor.listenStdio, reactor, given),
        call(listen, undefined, 'tcp:0', given, { reactor }),
        call(TCP4ServerEndpoint.prototype.listen, new TCP4ServerEndpoint(reactor, 0), given),
        call(SystemdServerEndpoint.prototype.listen, new SystemdServerEndpoint(reactor, { index: 0 }), given),
      ])
        await assert.rejects(async () => started, error);
    });

    test(`policies around ${described(given)}`, () => {
      const policies: readonly [unknown, unknown][] = [
        [limitConnections, { max: 1 }],
        [limitPerPeer, { max: 1 }],
        [timeoutIdle, { idleTimeoutMs: 1 }],
        [timeoutAbsolute, { timeoutMs: 1 }],
        [throttle, { readBytesPerSecond: 1 }],
        [logTraffic, () => {}],
      ];
      for (const [policy, options] of policies) assert.throws(() => call(policy, undefined, given, options), error);
    });
  }

  for (const [given, message] of NO_CLIENT_FACTORIES) {
    test(`R20 connecting with ${described(given)}`, () => {
      const error = typeError(message);
      assert.throws(() => call(reactor.connectTCP, reactor, '127.0.0.1', 8007, given), error);
      assert.throws(() => call(reactor.connectUNIX, reactor, '/run/echo.sock', given), error);
      assert.throws(() => call(reactor.connectStdio, reactor, given), error);
    });
  }

  test('R40 connecting with what is neither a protocol nor a client factory', async () => {
    const cases: readonly [unknown, RegExp][] = [
      [Echo, /^protocol is the class Echo, neither a protocol nor a ClientFactory: write new Echo\(\)$/],
      [echo, /^protocol is an instance of Factory, not a ClientFactory: write /],
      [undefined, /^protocol is undefined, neither a protocol nor a ClientFactory$/],
      [() => new Echo(), /^protocol is the function without a name, neither /],
    ];
    for (const [given, message] of cases) {
      await assert.rejects(async () => call(connect, undefined, 'tcp:127.0.0.1:8007', given, { reactor }), {
        name: 'TypeError',
        message,
      });
      const secure = clientFromString(reactor, 'tls:127.0.0.1:8007:ca=/nowhere/ca.pem');
      await assert.rejects(async () => call(secure.connect, secure, given), typeError(message));
    }
  });

  test('a class of protocols', () => {
    assert.throws(
      () => call(Factory.forProtocol, Factory, new Echo()),
      typeError(/^protocol is an instance of Echo, not a class of protocols: write Echo$/),
    );
    for (const given of [undefined, () => new Echo(), Factory, class {}])
      assert.throws(
        () => call(Factory.forProtocol, Factory, given),
        typeError(/^protocol is .* not a class of protocols/),
      );
  });

  test('a builder, an endpoint and what a service calls', () => {
    assert.throws(
      () => make(ClientService, endpoint, Echo),
      typeError(/^builder is the class Echo, neither a ClientFactory nor a function: write \(\) => new Echo\(\)$/),
    );
    assert.throws(() => make(ClientService, endpoint, echo), typeError(/^builder is an instance of Factory, neither/));
    assert.throws(
      () => make(ClientService, 'tcp:localhost:8007', echoes),
      typeError(/^endpoint is the string .* write clientFromString\(reactor, 'tcp:localhost:8007'\)/),
    );
    for (const name of ['prepareConnection', 'onFailure'])
      assert.throws(
        () => make(ClientService, endpoint, echoes, { [name]: 5 }),
        typeError(new RegExp(`^${name} is the number 5, not a function$`)),
      );
    for (const around of [
      () => call(portForward, undefined, 'tcp:localhost:8007'),
      () => call(wrapClientTLS, undefined, {}, endpoint),
      () => call(wrapServerTLS, undefined, {}, new TCP4ServerEndpoint(reactor, 0)),
      () => call(proxyEndpoint, undefined, endpoint, { trusted: [] }),
    ])
      assert.throws(around, TypeError);
  });

  test('a handler', async () => {
    const cases: readonly [unknown, RegExp][] = [
      [undefined, /^handler is undefined, not a function that takes a connection$/],
      [Echo, /^handler is the class Echo, .*: write listen\(\.\.\., Factory\.forProtocol\(Echo\)\)$/],
      [echo, /^handler is an instance of Factory, .*: write listen\(\.\.\., factory\)$/],
    ];
    for (const [given, message] of cases)
      await assert.rejects(async () => call(serve, undefined, 'tcp:0', given, { reactor }), typeError(message));
  });

  test('a log, an observer, TLS', async () => {
    assert.throws(() => call(logTraffic, undefined, echo), typeError(/^log is undefined, not a function/));
    assert.throws(
      () => call(reactor.observe, reactor, console.error),
      typeError(/^observer is the function error, not/),
    );
    assert.throws(() => call(reactor.observe, reactor), TypeError);
    assert.throws(
      () => call(reactor.observe, reactor, { error: 5 }),
      typeError(/^observer\.error is the number 5, not a function such as \(report\) => \{\}$/),
    );
    assert.throws(
      () => call(reactor.observe, reactor, { error: () => {}, connectionLost: null }),
      typeError(/^observer\.connectionLost is null, not a function such as \(transport, reason, view\) => \{\}$/),
    );
    call(reactor.observe, reactor, { error: undefined, other: 5 });
    assert.throws(
      () => call(reactor.observe, reactor, {}, 50),
      typeError(/^options is the number 50, not an object such as \{ slowCallbackMs: 50 \}$/),
    );
    assert.throws(
      () => call(reactor.observe, reactor, {}, { bytesOf: [1] }),
      typeError(/^bytesOf is an array, not a Set of ids of connections$/),
    );
    assert.throws(
      () => call(reactor.observe, reactor, { chunk: 5 }),
      typeError(
        /^observer\.chunk is the number 5, not a function such as \(\{ connection, direction, bytes, at \}\) => \{\}$/,
      ),
    );
    await assert.rejects(
      async () => call(reactor.run, reactor, 5),
      typeError(/^options is the number 5, not an object such as \{ drainTimeoutMs: 25_000 \}$/),
    );
    const tls = { cert: '', key: '' };
    await assert.rejects(
      async () => call(reactor.listenTCP, reactor, 0, echo, { tls }),
      typeError(/^tls is an object, not a ServerTLS: write new ServerTLS\(/),
    );
    assert.throws(
      () => call(reactor.connectTCP, reactor, 'localhost', 1, echoes, { tls }),
      typeError(/new ClientTLS\(/),
    );
  });
});

describe('a factory that has nothing to build', () => {
  const barren = typeError(/^factory is an instance of Empty\w*, which has no protocol and no buildProtocol: write /);

  test('R16 does not listen, behind a policy either, and is out of use again', async () => {
    for (const factory of [new Empty(), timeoutIdle(new Empty(), { idleTimeoutMs: 1 })]) {
      const backend = new FakeBackend();
      await assert.rejects(new Reactor(backend).listenTCP(0, factory), barren);
      assert.deepEqual([backend.listened, factory.numPorts], [[], 0]);
    }
  });

  test('R16 what is assigned as its protocol is looked at', async () => {
    const factory = new Empty();
    Object.assign(factory, { protocol: new Echo() });
    await assert.rejects(
      reactor.listenTCP(0, factory),
      typeError(/^protocol of Empty is an instance of Echo, not a class/),
    );
  });

  test('R17 its start may assign the protocol, at once or later', async () => {
    class Late extends Factory {
      override async startFactory(): Promise<void> {
        await settled();
        this.protocol = Echo;
      }
    }
    class Prompt extends Factory {
      override startFactory(): void {
        this.protocol = Echo;
      }
    }
    for (const factory of [new Late(), new Prompt()]) await assert.rejects(reactor.listenTCP(0, factory), /no network/);
  });

  test('R20 the attempt of a client fails with it, later than the call, and is reported', async () => {
    const backend = new FakeBackend();
    const own = new Reactor(backend);
    const reports: string[] = [];
    own.observe({ error: ({ who, where, error }) => void reports.push(`${who}: ${where}: ${error}`) });
    const failed: Error[] = [];
    class Hearing extends EmptyClient {
      override clientConnectionFailed(_connector: Connector, reason: Error): void {
        failed.push(reason);
      }
    }
    const factory = new Hearing();
    const connector = own.connectTCP('127.0.0.1', 8007, factory);
    const connected = assert.rejects(connector.whenConnected(), TypeError);
    assert.deepEqual([failed, reports.length], [[], 1]);
    assert.match(
      reports[0] ?? '',
      /^Hearing for 127\.0\.0\.1:8007: buildProtocol: TypeError: factory is an instance of Hearing, /,
    );
    backend.runYielded();
    await connected;
    assert.ok(failed.length === 1 && failed[0] instanceof TypeError);
    assert.deepEqual([backend.connected, factory.numPorts, connector.state], [[], 0, 'disconnected']);
  });

  test('R20 of a client whose start takes its time, too', async () => {
    const backend = new FakeBackend();
    const own = new Reactor(backend);
    own.observe({ error: () => {} });
    class Slow extends EmptyClient {
      override startFactory(): Promise<void> {
        return settled();
      }
    }
    class Late extends EmptyClient {
      override async startFactory(): Promise<void> {
        await settled();
        this.protocol = Protocol;
      }
    }
    const slow = own.connectTCP('127.0.0.1', 8007, new Slow());
    const late = own.connectTCP('127.0.0.1', 8007, new Late());
    const over = assert.rejects(slow.whenConnected(), TypeError);
    await settled();
    backend.runYielded();
    await over;
    assert.equal(late.state, 'connecting');
  });

  test('R22 a reconnecting factory does not try again', () => {
    const backend = new FakeBackend();
    const own = new Reactor(backend);
    own.observe({ error: () => {} });
    const factory = new ReconnectingClientFactory();
    own.connectTCP('127.0.0.1', 8007, factory);
    backend.runYielded();
    assert.deepEqual([factory.retries, factory.numPorts], [0, 0]);
  });

  test('R22 a service gives up, and whoever waits hears why', async () => {
    const backend = new FakeBackend();
    const own = new Reactor(backend);
    own.observe({ error: () => {} });
    const delays: number[] = [];
    const service = new ClientService(new HostnameEndpoint(own, '127.0.0.1', 8007), new EmptyClient(), {
      onFailure: (_reason, _failures, nextDelayMs) => void delays.push(nextDelayMs),
    });
    service.startService();
    const connected = assert.rejects(service.whenConnected(), barren);
    await settled();
    backend.runYielded();
    await connected;
    assert.deepEqual([service.running, delays], [false, [Number.POSITIVE_INFINITY]]);
  });
});

describe('a string of digits where a number of milliseconds is wanted is not taken for one', () => {
  test('callLater', () => {
    const message = "a delay is the string '100', not a number of ms";
    assert.throws(() => call(reactor.callLater, reactor, '100', () => {}), { name: 'RangeError', message });
  });

  test('run', { timeout: 5000 }, async () => {
    const message = "stopLingerMs is the string '100', not a number of at least 0";
    const run = async (): Promise<unknown> => call(reactor.run, reactor, { stopLingerMs: '100' });
    await assert.rejects(run, { name: 'RangeError', message });
  });
});
