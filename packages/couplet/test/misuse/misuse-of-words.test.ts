import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, ClientTLS, connect, Factory, listen, Reactor, ReconnectingClientFactory } from 'couplet';
import { announceEndpoint, ClientService, clientFromString, SystemdServerEndpoint } from 'couplet/endpoints';
import { lengthPrefixed, lines, netstrings } from 'couplet/framing';
import { timeoutIdle } from 'couplet/policies';
import { Echo } from 'couplet/protocols';
import { simulate, type World } from 'couplet/sim';
import { FakeBackend } from '../fake-backend.ts';
import { call, make, typeError } from './calling.ts';

const reactor = new Reactor(new FakeBackend());
const echo = Factory.forProtocol(Echo);
const echoes = ClientFactory.forProtocol(Echo);
const endpoint = clientFromString(reactor, 'tcp:127.0.0.1:8007');

describe('places', () => {
  test('a port that is a string', async () => {
    const error = typeError(/^port is the string '6003', not a whole number from \d to 65535: write 6003$/);
    await assert.rejects(async () => call(reactor.listenTCP, reactor, '6003', echo), error);
    assert.throws(() => call(reactor.connectTCP, reactor, 'localhost', '6003', echoes), error);
    await assert.rejects(
      async () => call(reactor.listenTCP, reactor, echo, 6003),
      typeError(/^port is an instance of Factory/),
    );
    await assert.rejects(reactor.listenTCP(65_536, echo), RangeError);
  });

  test('a host, a path, a description that is none', async () => {
    assert.throws(
      () => call(reactor.connectTCP, reactor, 8007, 'localhost', echoes),
      typeError(/^host is the number 8007, not a string/),
    );
    assert.throws(() => call(reactor.connectUNIX, reactor, undefined, echoes), typeError(/^path is undefined/));
    await assert.rejects(async () => call(reactor.listenUNIX, reactor, 5, echo), typeError(/^path is the number 5/));
    await assert.rejects(
      async () => call(reactor.listenTCP, reactor, 0, echo, { interface: 0 }),
      typeError(/^interface is/),
    );
    for (const [path, message] of [
      ['', "the string '': it is empty, not a path such as /run/echo.sock"],
      ['/run/a\0b', "the string '/run/a\\u0000b': it contains a NUL byte"],
    ] as const) {
      await assert.rejects(reactor.listenUNIX(path, echo), {
        name: 'CannotListenError',
        message: `cannot listen on ${message}`,
      });
      assert.throws(() => reactor.connectUNIX(path, echoes), { name: 'RangeError', message: `path is ${message}` });
    }
    await assert.rejects(async () => call(listen, undefined, 8007, echo), typeError(/^description is the number 8007/));
    await assert.rejects(
      async () => call(connect, undefined, 8007, new Echo()),
      typeError(/^description is the number/),
    );
  });

  test('options that are not an object', async () => {
    const error = typeError(/^options is (null|the number 5), not an object such as \{ closeTimeoutMs: 1000 \}$/);
    for (const options of [null, 5]) {
      await assert.rejects(async () => call(reactor.listenTCP, reactor, 0, echo, options), error);
      await assert.rejects(async () => call(reactor.listenUNIX, reactor, '/run/a', echo, options), error);
      await assert.rejects(async () => call(reactor.adoptStreamPort, reactor, 3, echo, options), error);
      await assert.rejects(async () => call(reactor.listenStdio, reactor, echo, options), error);
      assert.throws(() => call(reactor.connectTCP, reactor, 'localhost', 1, echoes, options), error);
      assert.throws(() => call(reactor.connectUNIX, reactor, '/run/a', echoes, options), error);
      assert.throws(() => call(reactor.connectStdio, reactor, echoes, options), error);
    }
  });

  test('a word that is misspelt', async () => {
    assert.throws(
      () => call(reactor.connectTCP, reactor, 'localhost', 1, echoes, { family: 'ipv4' }),
      typeError(/^family is the string 'ipv4', not one of 'IPv4', 'IPv6'$/),
    );
    assert.throws(() => make(ReconnectingClientFactory, { jitter: 'ful' }), typeError(/^jitter is the string 'ful'/));
    assert.throws(() => make(ClientService, endpoint, echoes, { jitter: 'ful' }), typeError(/^jitter is/));
    assert.throws(() => make(SystemdServerEndpoint, reactor, { index: 0, domain: 'IPv4' }), typeError(/^domain is/));
    await assert.rejects(
      async () => call(simulate, undefined, { profile: 'ruff' }, () => {}),
      typeError(/^profile is the string 'ruff', not one of 'calm', 'rough', 'storm'$/),
    );
  });

  test('a word of a simulation that is misspelt', async () => {
    for (const [options, scenario] of [
      [{ faultPlan: { faults: ['cutt'] } }, () => {}],
      [{ profile: 'calm' }, (world: World) => void call(world.names.set, world.names, 'server', 'mising')],
    ])
      await assert.rejects(
        async () => call(simulate, undefined, { seeds: 1, ...options }, scenario),
        /is the string '(cutt|mising)', not one of /,
      );
  });

  test('what is no header, no signal, no list of protocols, and no boolean', () => {
    for (const [options, message] of [
      [{ proxyHeader: 3 }, /^proxyHeader is the number 3, neither a header nor 1 or 2$/],
      [{ signal: 5 }, /^signal is the number 5, not an AbortSignal$/],
    ] as const) {
      const own = new Reactor(new FakeBackend());
      const factory = ClientFactory.forProtocol(Echo);
      assert.throws(() => call(own.connectTCP, own, 'localhost', 1, factory, options), typeError(message));
      assert.equal(factory.numPorts, 0);
    }
    assert.throws(() => make(ClientTLS, { alpn: 'h2' }), typeError(/^alpn is the string 'h2', not an array/));
    assert.throws(() => make(ClientTLS, { verify: 'no' }), typeError(/^verify is the string 'no', not a boolean$/));
    assert.throws(() => call(announceEndpoint, undefined, endpoint, '2'), typeError(/^proxyHeader is the string '2'/));
  });

  test('a string of digits is no size of a frame', () => {
    assert.throws(() => call(lines, undefined, { maxLength: '5' }), RangeError);
    assert.throws(() => call(netstrings, undefined, { maxLength: '5' }), RangeError);
    assert.throws(() => call(lengthPrefixed, undefined, '4'), RangeError);
  });

  test('a string of digits is no number of milliseconds', async () => {
    const cases = ['lingerTimeoutMs', 'lingerMaxMs', 'maxWriteBufferBytes'];
    for (const name of cases)
      await assert.rejects(async () => call(reactor.listenTCP, reactor, 0, echo, { [name]: '5' }), RangeError);
    assert.throws(() => call(reactor.connectTCP, reactor, 'localhost', 1, echoes, { timeoutMs: '5' }), RangeError);
    assert.throws(() => call(timeoutIdle, undefined, echo, { idleTimeoutMs: '5' }), RangeError);
    assert.throws(() => make(ReconnectingClientFactory, { maxDelayMs: '5' }), RangeError);
  });
});
