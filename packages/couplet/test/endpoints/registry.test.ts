import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect, EndpointSyntaxError, listen, Protocol, Reactor } from 'couplet';
import {
  clientFromString,
  type EndpointKind,
  HostnameEndpoint,
  placeOf,
  registerEndpoint,
  serverFromString,
} from 'couplet/endpoints';
import { Echo } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { FakeBackend } from '../fake-backend.ts';
import { call } from '../misuse/calling.ts';

const reactor = new Reactor(new FakeBackend());
const CACHE: EndpointKind = {
  server: (own, description) => serverFromString(own, `tcp:${description.optional('port') ?? 6379}`),
  client: (own, description) => {
    const port = description.number('port', description.optional('port') ?? '6379', 1, 65_535);
    return new HostnameEndpoint(own, description.required('host'), port);
  },
  place: (description) => placeOf(`tcp:${description.optional('port') ?? 6379}`),
};

/** Registers a kind while a scene plays. */
async function withKind(prefix: string, kind: EndpointKind, scene: () => unknown): Promise<void> {
  const takeBack = registerEndpoint(prefix, kind);
  try {
    await scene();
  } finally {
    takeBack();
  }
}

describe('a kind of endpoint that a program registers', () => {
  test('R58 all that takes descriptions knows it, until it is taken back', async () => {
    await withKind('cache', CACHE, async () => {
      await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
        const { reactor: client } = world.host('client');
        await world.host('server').run(async (own) => {
          const port = await listen('cache:', () => new Echo(), { reactor: own });
          assert.equal(port.getHost().authority, '0.0.0.0:6379');
          const guarded = await listen('haproxy:trusted=127.0.0.1:cache:port=6380', () => new Echo(), { reactor: own });
          assert.equal(guarded.getHost().authority, '0.0.0.0:6380');
          const protocol = await connect('cache:server', new Protocol<unknown>(), { reactor: client });
          protocol.transport.loseConnection();
        });
      });
      assert.equal(placeOf('cache:port=7').key, 'tcp:7:interface=0.0.0.0');
    });
    assert.throws(() => placeOf('cache:port=7'), /'cache' is not a kind of server/);
    assert.throws(() => clientFromString(reactor, 'cache:host'), /'cache' is not a kind of client/);
  });

  test('R58 errors for its arguments quote the description', async () => {
    await withKind('cache', CACHE, () => {
      for (const [text, message] of [
        ['cache:', "endpoint 'cache:': it has no host"],
        ['cache:host:port=x', "endpoint 'cache:host:port=x': port 'x' is not a number from 1 to 65535"],
        ['cache:host:colour=red', "endpoint 'cache:host:colour=red': 'cache' takes no argument 'colour'"],
        ['cache:host:other', "endpoint 'cache:host:other': 'other' is one argument too many"],
      ] as const)
        assert.throws(() => clientFromString(reactor, text), new EndpointSyntaxError(message));
      assert.throws(() => placeOf('cache:7'), /'7' is one argument too many/);
      assert.throws(() => serverFromString(reactor, 'catch:7'), /haproxy, cache\)$/);
    });
  });

  test('R58 a side that it lacks is told', async () => {
    await withKind('one', { client: (own) => new HostnameEndpoint(own, 'one', 1) }, () => {
      assert.throws(() => serverFromString(reactor, 'one:'), /'one' is not a kind of server \(.*haproxy\)$/);
      assert.throws(() => clientFromString(reactor, 'two:'), /haproxy, one\)$/);
    });
    await withKind('two', { server: (own) => serverFromString(own, 'tcp:1') }, () => {
      assert.throws(
        () => placeOf('two'),
        new EndpointSyntaxError("endpoint 'two': 'two' does not tell where it listens"),
      );
      assert.throws(() => clientFromString(reactor, 'two'), /'two' is not a kind of client/);
    });
  });

  test('R58 what its functions return is looked at', async () => {
    const wrong = Object.assign({}, { server: () => undefined, client: async () => assert.fail('not awaited') });
    const takeBack = call(registerEndpoint, undefined, 'odd', wrong);
    assert.throws(
      () => serverFromString(reactor, 'odd'),
      /^TypeError: endpoint is undefined, which has no method 'listen'/,
    );
    assert.throws(() => clientFromString(reactor, 'odd'), /which has no method 'connect'/);
    call(takeBack, undefined);
  });

  test('R58 a prefix that exists, or cannot be one, is refused', async () => {
    await withKind('cache', CACHE, () => {
      assert.throws(() => registerEndpoint('cache', CACHE), {
        name: 'Error',
        message: "there is an endpoint 'cache' already",
      });
      assert.throws(() => registerEndpoint('exec', CACHE), { message: "there is an endpoint 'exec' already" });
      assert.throws(() => registerEndpoint('tcp', CACHE), { message: "there is an endpoint 'tcp' already" });
    });
    for (const prefix of ['', 'Cache', '7up', 'a b', 'a:b', 'a\n'])
      assert.throws(() => registerEndpoint(prefix, CACHE), { name: 'RangeError', message: /^prefix is the string / });
    assert.throws(() => call(registerEndpoint, undefined, 7, CACHE), {
      name: 'TypeError',
      message: /^prefix is the number 7/,
    });
    assert.throws(() => registerEndpoint('empty', {}), {
      name: 'TypeError',
      message: /neither a function 'server' nor/,
    });
    assert.throws(() => call(registerEndpoint, undefined, 'odd', { server: 7 }), {
      name: 'TypeError',
      message: 'server is the number 7, not a function that takes a description',
    });
  });

  test('R58 taking back twice leaves a later kind of that prefix alone', () => {
    const first = registerEndpoint('cache', CACHE);
    first();
    const second = registerEndpoint('cache', CACHE);
    first();
    assert.equal(placeOf('cache:port=7').kind, 'tcp');
    second();
    assert.throws(() => placeOf('cache:port=7'));
  });
});
