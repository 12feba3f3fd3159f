import type { ConnectOptions } from 'couplet';
import {
  ConnectBindError,
  ConnectError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  TimeoutError,
} from 'couplet';
import type { Cause, HostAddress } from 'couplet/testing';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { numberOf, pathOf } from '../places.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { errorBy, kindOfCause, rejectionOf } from '../rejection.ts';
import { addressesOf, causeOf } from '../scripted-wire.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R20: how attempts fail. */
export function connectingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addNetwork(suite);
  addCauses(suite);
  addTimeouts(suite);
  addMisuse(suite);
  addConnector(suite);
  return suite.checks;
}

/** What the network itself answers. */
function addNetwork(suite: AllSuites): void {
  // Nothing listens on port 1 (tcpmux); a port that was just free might be the client's own.
  suite.addWatched('R20 a port without a listener is a ConnectionRefusedError', async ({ reactor }) => {
    const reason = await rejectionOf(reactor.connectTCP('127.0.0.1', 1, new RecordingFactory()).whenConnected());
    expect(reason instanceof ConnectionRefusedError, `it fails with ${reason}`);
  });

  suite.addWatched('R20 a client that would be connected to itself is refused', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    const bindPort = numberOf(port);
    await port.stopListening();
    // The system picks the server's port for the client now and then; this makes it certain.
    const options = { bindAddress: '127.0.0.1', bindPort };
    const reason = await rejectionOf(
      stage.reactor.connectTCP('127.0.0.1', bindPort, new RecordingFactory(), options).whenConnected(),
    );
    expect(reason instanceof ConnectionRefusedError, `it fails with ${reason}`);
  });

  suite.addUnix('R20 a UNIX path without a listener is a ConnectError that names it', async (stage) => {
    const port = await stage.listen(new SceneFactory(), {}, 'unix');
    await port.stopListening();
    const reason = await rejectionOf(stage.connect(port, new RecordingFactory()).whenConnected());
    expect(reason instanceof ConnectError, `it fails with ${reason}`);
    expect(reason.message.includes(pathOf(port)), `it says ${reason.message}`);
  });

  for (const host of ['nobody.invalid', 'no body', 'nul\0nul', '', 'x'.repeat(300)]) {
    const shown = JSON.stringify(host.slice(0, 20));
    suite.addWatched(`R20 the host ${shown} is a DNSLookupError`, async ({ reactor }) => {
      const reason = await rejectionOf(reactor.connectTCP(host, 8007, new RecordingFactory()).whenConnected());
      expect(reason instanceof DNSLookupError, `it fails with ${reason}`);
    });
  }

  suite.addWatched('R20 a local address that is not ours is a ConnectBindError', async ({ reactor }) => {
    const connector = reactor.connectTCP('127.0.0.1', 1, new RecordingFactory(), { bindAddress: '192.0.2.1' });
    const reason = await rejectionOf(connector.whenConnected());
    expect(reason instanceof ConnectBindError, `it fails with ${reason}`);
  });

  suite.addWatched('R20 the local address is the one that was asked for', async (stage) => {
    const troupe = new SceneFactory();
    const port = numberOf(await stage.listen(troupe));
    await stage.reactor
      .connectTCP('127.0.0.1', port, new RecordingFactory(), { bindAddress: '127.0.0.1' })
      .whenConnected();
    await troupe.whenCast(1);
    const [actor] = troupe.actors;
    const peer = actor?.transport.getPeer();
    expect(peer?.family === 'IPv4' && peer.host === '127.0.0.1', `the server sees ${peer}`);
  });

  suite.addWatched('R20 a PROXY header that cannot be written is a ConnectError that says why', async (stage) => {
    const port = numberOf(await stage.listen(new SceneFactory()));
    const end = { family: 'IPv4', host: 'nobody', port: 1 } as const;
    const proxyHeader = { version: 2, command: 'PROXY', source: end, destination: end, tlvs: [] } as const;
    const reason = await rejectionOf(
      stage.reactor.connectTCP('127.0.0.1', port, new RecordingFactory(), { proxyHeader }).whenConnected(),
    );
    expect(reason instanceof ConnectError, `it fails with ${reason}`);
    expectSame(reason.message, `127.0.0.1:${port}: proxyHeader: 'nobody' is not an IPv4 address`, 'the message');
  });

  suite.addWatched('R20 a name is looked up and connected to', async (stage, backend) => {
    backend.addresses.set('poem.test', addressesOf('127.0.0.1'));
    const port = await stage.listen(new SceneFactory());
    const connector = stage.reactor.connectTCP('poem.test', numberOf(port), new RecordingFactory());
    await connector.whenConnected();
    expectSame(String(connector.getPeer()), String(port.getHost()), 'the address of the peer');
  });

  suite.addWatched('R20 an attempt under way ends with the reactor', async (stage, backend) => {
    backend.silent.add('192.0.2.1');
    const client = new RecordingFactory();
    stage.reactor.connectTCP('192.0.2.1', 8007, client);
    stage.reactor.stop();
    await client.wrote('clientConnectionFailed UserAbortError');
  });
}

/** What each answer of a network becomes. */
function addCauses(suite: AllSuites): void {
  const kinds: readonly [kind: Cause['kind'], error: typeof ConnectError][] = [
    ['refused', ConnectionRefusedError],
    ['unreachable', NoRouteError],
    ['timeout', TimeoutError],
    ['bind', ConnectBindError],
    ['reset', ConnectError],
    ['other', ConnectError],
  ];
  for (const [kind, error] of kinds) {
    suite.addRehearsed(`R20 the cause '${kind}' fails with ${error.name}`, async ({ reactor, backend }) => {
      const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
      const failed = rejectionOf(connector.whenConnected());
      backend.attempts[0]?.fail(kind);
      const reason = await failed;
      expectFailure(reason, error, '192.0.2.1:8007');
      expectSame(kindOfCause(reason), kind, 'the kind of its cause');
    });
  }

  suite.addRehearsed('R20 a failed lookup is a DNSLookupError', async ({ reactor, backend }) => {
    backend.addresses.set('nobody.test', causeOf('lookup'));
    const failed = rejectionOf(reactor.connectTCP('nobody.test', 8007, new RecordingFactory()).whenConnected());
    expectFailure(await failed, DNSLookupError, 'nobody.test:8007');
  });

  suite.addRehearsed('R20 a name with no address is a DNSLookupError', async ({ reactor, backend }) => {
    backend.addresses.set('nothing.test', []);
    const failed = rejectionOf(reactor.connectTCP('nothing.test', 8007, new RecordingFactory()).whenConnected());
    expectFailure(await failed, DNSLookupError, 'nothing.test:8007');
    expectSame(backend.attempts.length, 0, 'the number of attempts');
  });

  suite.addRehearsed('R20 an empty host has no address, and is not looked up', async ({ reactor, backend }) => {
    backend.addresses.set('', addressesOf('127.0.0.1'));
    const failed = rejectionOf(reactor.connectTCP('', 8007, new RecordingFactory()).whenConnected());
    expectFailure(await failed, DNSLookupError, ':8007');
    expectSame(backend.attempts.length, 0, 'the number of attempts');
  });

  suite.addRehearsed('R20 a UNIX attempt fails with the path and the cause', async ({ reactor, backend }) => {
    const failed = rejectionOf(reactor.connectUNIX('/run/verse.sock', new RecordingFactory()).whenConnected());
    backend.attempts[0]?.fail('refused', 'ECONNREFUSED');
    expectFailure(await failed, ConnectionRefusedError, '/run/verse.sock');
  });
}

function addTimeouts(suite: AllSuites): void {
  const places: readonly [what: string, host: string][] = [
    ['an attempt', '192.0.2.1'],
    ['a lookup', 'slow.test'],
  ];
  for (const [what, host] of places) {
    suite.addRehearsed(`R20 ${what} times out after 30 s`, async ({ reactor, backend }) => {
      const client = new RecordingFactory();
      const connector = reactor.connectTCP(host, 8007, client);
      const failed = rejectionOf(connector.whenConnected());
      await backend.advance(29_999);
      expectSame(connector.state, 'connecting', 'the state after 29.999 s');
      await backend.advance(1);
      expectFailure(await failed, TimeoutError, `${host}:8007`);
      expectSame(client.records.at(-2), 'clientConnectionFailed TimeoutError', 'what the factory heard');
    });
  }

  suite.addRehearsed('R20 the time of the lookup counts', async ({ reactor, backend }) => {
    const found = new Promise<readonly HostAddress[]>((resolve) => {
      reactor.callLater(600, () => resolve(addressesOf('192.0.2.1')));
    });
    backend.addresses.set('poem.test', found);
    const connector = reactor.connectTCP('poem.test', 8007, new RecordingFactory(), { timeoutMs: 1000 });
    const failed = rejectionOf(connector.whenConnected());
    await backend.advance(999);
    const [attempt] = backend.attempts;
    expectSame([connector.state, attempt?.cancelled], ['connecting', false], 'state and attempt after 999 ms');
    await backend.advance(1);
    expectFailure(await failed, TimeoutError, 'poem.test:8007');
    expectSame(attempt?.cancelled, true, 'whether the attempt was cancelled');
  });

  suite.addRehearsed('R20 an infinite timeout never comes', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory(), {
      timeoutMs: Number.POSITIVE_INFINITY,
    });
    await backend.advance(1e9);
    expectSame([connector.state, backend.alarmed], ['connecting', undefined], 'state and alarm');
  });

  suite.addRehearsed('R20 a timeout of 0 fails, too, only later', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    reactor.connectTCP('192.0.2.1', 8007, client, { timeoutMs: 0 });
    expectSame(client.records, ['startFactory', 'startedConnecting'], 'what has happened in the call');
    await backend.advance(0);
    expectSame(client.records.at(-2), 'clientConnectionFailed TimeoutError', 'what the factory heard');
  });

  suite.addRehearsed('R20 a connection has no timeout any more', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    reactor.connectTCP('192.0.2.1', 8007, client);
    backend.attempts[0]?.succeed();
    await backend.advance(60_000);
    expectSame(client.records.at(-1), 'connectionMade', 'what the factory heard last');
  });

  suite.addRehearsed('R20 UNIX attempts time out as well', async ({ reactor, backend }) => {
    const connector = reactor.connectUNIX('/run/verse.sock', new RecordingFactory(), { timeoutMs: 10 });
    const failed = rejectionOf(connector.whenConnected());
    await backend.advance(10);
    expectFailure(await failed, TimeoutError, '/run/verse.sock');
    expectSame(backend.attempts[0]?.cancelled, true, 'whether the attempt was cancelled');
  });
}

function addMisuse(suite: AllSuites): void {
  const wrong: readonly [what: string, port: number, options: ConnectOptions][] = [
    ['port 0', 0, {}],
    ['port 65536', 65_536, {}],
    ['port 1.5', 1.5, {}],
    ['timeoutMs -1', 8007, { timeoutMs: -1 }],
    ['timeoutMs NaN', 8007, { timeoutMs: Number.NaN }],
    ['lingerMaxMs NaN', 8007, { lingerMaxMs: Number.NaN }],
    ['bindPort 65536', 8007, { bindPort: 65_536 }],
    ['bindPort -1', 8007, { bindPort: -1 }],
    ['bindAddress poem.test', 8007, { bindAddress: 'poem.test' }],
    ["bindAddress ''", 8007, { bindAddress: '' }],
  ];
  for (const [what, port, options] of wrong) {
    suite.addRehearsed(`R20 connectTCP throws a RangeError at once for ${what}`, async ({ reactor, backend }) => {
      const client = new RecordingFactory();
      const error = errorBy(() => reactor.connectTCP('192.0.2.1', port, client, options));
      expect(error instanceof RangeError, `it throws ${error}`);
      const [name = ''] = what.split(' ');
      expect(error.message.includes(name), `the message does not name ${name}: ${error.message}`);
      expectSame([client.records, client.numPorts, backend.attempts], [[], 0, []], 'pages, ports and attempts');
    });
  }
}

function addConnector(suite: AllSuites): void {
  suite.addRehearsed('R20 the connector tells its state and its peer', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    const seen: unknown[] = [[connector.state, connector.getPeer()]];
    const wire = backend.attempts[0]?.succeed();
    seen.push([connector.state, String(connector.getPeer())]);
    wire?.lose();
    seen.push([connector.state, connector.getPeer()]);
    const peer = "IPv4Address(type='TCP', host='192.0.2.1', port=8007)";
    expectSame(
      seen,
      [
        ['connecting', null],
        ['connected', peer],
        ['disconnected', null],
      ],
      'states and peers',
    );
  });

  suite.addRehearsed('R20 the destination reads as in a URL', async ({ reactor }) => {
    const connectors = [
      reactor.connectTCP('poem.test', 8007, new RecordingFactory()),
      reactor.connectTCP('::1', 8007, new RecordingFactory()),
      reactor.connectUNIX('/run/verse.sock', new RecordingFactory()),
    ];
    expectSame(
      connectors.map(({ destination }) => destination),
      ['poem.test:8007', '[::1]:8007', '/run/verse.sock'],
      'the destinations',
    );
  });

  suite.addRehearsed('R20 connect throws unless the connector is disconnected', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    expect(errorBy(() => connector.connect()).message.includes('connecting'), 'the message does not say connecting');
    const wire = backend.attempts[0]?.succeed();
    expect(errorBy(() => connector.connect()).message.includes('connected'), 'the message does not say connected');
    wire?.lose();
    connector.connect();
    expectSame([connector.state, backend.attempts.length], ['connecting', 2], 'state and number of attempts');
  });

  suite.addRehearsed('R20 whenConnected resolves to the protocol, to all who wait', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    const waiting = [connector.whenConnected(), connector.whenConnected()];
    backend.attempts[0]?.succeed();
    const protocols = [...(await Promise.all(waiting)), await connector.whenConnected()];
    expect(new Set(protocols).size === 1, 'the promises of whenConnected resolved to different protocols');
    expectSame(protocols[0]?.log, ['made'], 'its log');
  });

  suite.addRehearsed('R20 whenConnected rejects when there is nothing to wait for', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    const failed = rejectionOf(connector.whenConnected());
    backend.attempts[0]?.fail('refused');
    expect((await failed) instanceof ConnectionRefusedError, 'the attempt did not fail with a ConnectionRefusedError');
    await rejectionOf(connector.whenConnected());
    connector.connect();
    backend.attempts[1]?.succeed().lose();
    await rejectionOf(connector.whenConnected());
  });

  for (const builds of [true, false]) {
    const outcome = builds ? 'resolves' : 'rejects if it is not';
    suite.addRehearsed(`R20 whenConnected ${outcome}, asked while the protocol is built`, async (scene) => {
      const { reactor, backend } = scene;
      const asked: Promise<unknown>[] = [];
      const factory = new RecordingFactory({
        builds: (actor) => {
          asked.push(connector.whenConnected());
          return builds ? actor : null;
        },
      });
      const connector = reactor.connectTCP('192.0.2.1', 8007, factory);
      backend.attempts[0]?.succeed();
      const [answer = Promise.resolve()] = asked;
      if (builds) expect((await answer) === (await connector.whenConnected()), 'it resolved to something else');
      else expectSame((await rejectionOf(answer)).name, 'ConnectionAborted', 'the reason');
    });
  }

  suite.addRehearsed('R20 nobody has to ask whenConnected', async ({ reactor, backend }) => {
    reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    backend.attempts[0]?.fail('refused');
    await backend.settled();
  });
}

/** Expects an error of exactly that class whose message names the destination. */
function expectFailure(reason: Error, error: typeof ConnectError, destination: string): void {
  expectSame(reason.name, error.name, 'the name of the error');
  expect(reason instanceof error && reason instanceof ConnectError, `${reason} is of another class`);
  expect(reason.message.includes(destination), `the message does not name ${destination}: ${reason.message}`);
}
