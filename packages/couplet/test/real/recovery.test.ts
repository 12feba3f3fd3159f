import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connector, ErrorReport } from 'couplet';
import {
  CannotListenError,
  ClientFactory,
  connect,
  Factory,
  Protocol,
  Reactor,
  ReconnectingClientFactory,
} from 'couplet';
import type { Backend, Cause, Streams } from 'couplet/testing';
import { backendHere } from '../here.ts';

/** Runs a scene on a running reactor, and stops it. */
async function onReactor(scene: (reactor: Reactor) => Promise<void>, backend: Backend = backendHere()): Promise<void> {
  const reactor = new Reactor(backend);
  const running = reactor.run({ signals: false });
  try {
    await scene(reactor);
  } finally {
    reactor.stop();
    await running;
  }
}

const LOCAL = { interface: '127.0.0.1' };

describe('a factory that cannot start', () => {
  class Failing extends Factory {
    override protocol = Protocol;
    stopped = 0;
    override async startFactory(): Promise<void> {
      throw new Error('no database');
    }
    override stopFactory(): void {
      this.stopped += 1;
    }
  }

  test('R8 an asynchronous startFactory that rejects keeps the port closed', () =>
    onReactor(async (reactor) => {
      const factory = new Failing();
      await assert.rejects(reactor.listenTCP(0, factory, LOCAL), /no database/);
      assert.deepEqual([factory.numPorts, factory.stopped], [0, 1]);
    }));

  test('R17 a port opens only when an asynchronous startFactory is done', () =>
    onReactor(async (reactor) => {
      const log: string[] = [];
      reactor.observe({ listening: () => log.push('listening') });
      class Slow extends Factory {
        override protocol = Protocol;
        override startFactory(): Promise<void> {
          return new Promise((resolve) => {
            reactor.callLater(5, () => {
              log.push('started');
              resolve();
            });
          });
        }
      }
      await reactor.listenTCP(0, new Slow(), LOCAL);
      assert.deepEqual(log, ['started', 'listening']);
    }));
});

type Listen = Streams['listen'];

/** A backend that listens like that. */
function listeningBy(how: (listen: Listen, ...asked: Parameters<Listen>) => ReturnType<Listen>): Backend {
  const backend = backendHere();
  const { streams } = backend;
  return { ...backend, streams: { ...streams, listen: (place, sink) => how(streams.listen, place, sink) } };
}

test('R19 a port that cannot accept says so once a second, and stays up', () => {
  let trouble: (cause: Cause) => void = () => {};
  const troubled = listeningBy((listen, place, sink) => {
    trouble = (cause) => sink.onAcceptFailed(cause);
    return listen(place, sink);
  });
  return onReactor(async (reactor) => {
    const reports: ErrorReport[] = [];
    reactor.observe({ error: (report) => void reports.push(report) });
    const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), LOCAL);
    for (let time = 0; time < 3; time += 1) trouble({ kind: 'other', code: 'EMFILE', detail: 'too many open files' });
    assert.deepEqual(
      reports.map(({ who, where, error }) => `${who}: ${where}: ${error}`),
      ['the port 127.0.0.1: accept: Error: too many open files'],
    );
    await connect(`tcp:${port.getHost().authority}`, new Protocol(), { reactor });
  }, troubled);
});

describe('whoever tries again at once', () => {
  class Stubborn extends ClientFactory {
    override protocol = Protocol;
    attempts = 0;
    over = false;
    override clientConnectionFailed(connector: Connector): void {
      this.attempts += 1;
      if (!this.over) connector.connect();
    }
  }

  for (const [why, options] of [
    ['a signal that is aborted', { signal: AbortSignal.abort() }],
    ['an address that cannot be bound', { bindAddress: '203.0.113.7' }],
  ] as const) {
    test(`R20 after ${why} leaves others their turn`, () =>
      onReactor(async (reactor) => {
        const factory = new Stubborn();
        reactor.connectTCP('127.0.0.1', 9, factory, options);
        await new Promise<void>((resolve) => {
          reactor.callLater(20, resolve);
        });
        factory.over = true;
        assert.ok(factory.attempts > 0);
      }));
  }

  test('R22 a client that reconnects does not after its signal is aborted', () =>
    onReactor(async (reactor) => {
      const abort = new AbortController();
      const reasons: string[] = [];
      const stopped = new Promise<void>((resolve) => {
        class Persistent extends ReconnectingClientFactory {
          override protocol = Protocol;
          override clientConnectionFailed(connector: Connector, reason: Error): void {
            reasons.push(reason.name);
            super.clientConnectionFailed(connector, reason);
          }
          override stopFactory(): void {
            resolve();
          }
        }
        reactor.connectTCP('127.0.0.1', 9, new Persistent({ initialDelayMs: 0 }), { signal: abort.signal });
        abort.abort();
      });
      await stopped;
      await new Promise<void>((resolve) => {
        reactor.callLater(20, resolve);
      });
      assert.deepEqual(reasons, ['UserAbortError']);
    }));
});

test('R25 a connection whose producer has not finished is reset when the reactor stops', async () => {
  let resets = 0;
  const watched = listeningBy((listen, place, sink) => {
    const onAccepted: typeof sink.onAccepted = (wire) => {
      const abort = wire.abort.bind(wire);
      wire.abort = () => {
        resets += 1;
        abort();
      };
      return sink.onAccepted(wire);
    };
    return listen(place, { ...sink, onAccepted });
  });
  class Source extends Protocol {
    override connectionMade(): void {
      this.transport.registerProducer(this, false);
      this.transport.write('part of an answer');
    }
    // It has no more to say yet.
    resumeProducing(): void {}
    stopProducing(): void {}
  }
  await onReactor(async (reactor) => {
    const port = await reactor.listenTCP(0, Factory.forProtocol(Source), LOCAL);
    await new Promise<void>((resolve, reject) => {
      class Sink extends Protocol {
        override dataReceived(): void {
          resolve();
        }
      }
      connect(`tcp:${port.getHost().authority}`, new Sink(), { reactor }).catch(reject);
    });
  }, watched);
  assert.equal(resets, 1);
});

describe('what the runtime would throw', () => {
  test('R20 a bindAddress that is no address is refused before anything begins', () =>
    onReactor(async (reactor) => {
      const factory = new ClientFactory();
      for (const bindAddress of ['1:2:3', '::::', ':', 'localhost', '1.2.3']) {
        assert.throws(() => reactor.connectTCP('127.0.0.1', 9, factory, { bindAddress }), RangeError);
      }
      assert.equal(factory.numPorts, 0);
    }));

  test('R16 a UNIX socket without a path is a CannotListenError', () =>
    onReactor(async (reactor) => {
      await assert.rejects(reactor.listenUNIX('', Factory.forProtocol(Protocol)), CannotListenError);
    }));
});
