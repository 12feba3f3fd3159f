import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import {
  ClientFactory,
  ConnectError,
  ConnectionDone,
  ConnectionLost,
  ConnectionRefusedError,
  Protocol,
  Reactor,
  ReconnectingClientFactory,
  UserAbortError,
} from 'couplet';
import { ClientService, ServiceStopped } from 'couplet/endpoints';
import { Clock } from 'couplet/testing';
import fc from 'fast-check';
import { FakeBackend } from '../fake-backend.ts';
import { settled, Tended } from '../tended.ts';
import { FakeEndpoint } from './fake-endpoint.ts';

/** How a promise stands once everything that could happen has happened. */
async function standing(promise: Promise<unknown>): Promise<unknown> {
  let stands: unknown = 'pending';
  promise.then(
    (value) => {
      stands = value;
    },
    (error) => {
      stands = error;
    },
  );
  await settled();
  return stands;
}

describe('ClientService: whenConnected', () => {
  test('resolves to the protocol of the connection, once it is prepared', async () => {
    const tended = new Tended();
    const { service, endpoint, built } = tended;
    service.startService();
    const early = service.whenConnected();
    await tended.accept();
    assert.equal(await standing(early), 'pending');
    tended.prepared();
    assert.equal(await early, built[0]);
    assert.equal(await service.whenConnected(), built[0]);
    endpoint.lose();
    const next = service.whenConnected();
    assert.equal(await standing(next), 'pending');
    endpoint.clock.advance(1000);
    await tended.connect();
    assert.equal(await next, built[1]);
  });

  test('gives the next connection to whoever asks while one is being lost', async () => {
    const tended = new Tended();
    const { service, endpoint, built } = tended;
    await tended.connect();
    let next: Promise<Protocol> | undefined;
    const [first] = built;
    assert.ok(first !== undefined);
    first.connectionLost = () => {
      next = service.whenConnected();
    };
    endpoint.lose();
    await settled();
    endpoint.clock.advance(1000);
    await tended.connect();
    assert.equal(await next, built[1]);
  });

  test('rejects with the last reason after so many failures from then on, whatever came before', async () => {
    const { service, endpoint } = new Tended();
    service.startService();
    const all = service.whenConnected();
    const reasons = ['one', 'two', 'three'].map((what) => new ConnectionRefusedError(what));
    const waits: Promise<unknown>[] = [];
    const wait = (failAfterFailures: number): number =>
      waits.push(service.whenConnected({ failAfterFailures }).catch((error) => error));
    for (const reason of reasons) {
      wait(1);
      wait(2);
      endpoint.fail(reason);
      await settled();
      endpoint.clock.advance(10_000);
    }
    const [one, two, three] = reasons;
    assert.deepEqual(await Promise.all(waits.map(standing)), [one, two, two, three, three, 'pending']);
    assert.equal(await standing(all), 'pending');
  });

  test('counts a connection that cannot be prepared as a failure, and not the loss of a good one', async () => {
    const tended = new Tended();
    const { service, endpoint } = tended;
    await tended.connect();
    endpoint.lose();
    const wait = service.whenConnected({ failAfterFailures: 1 });
    assert.equal(await standing(wait), 'pending');
    endpoint.clock.advance(1000);
    await tended.accept();
    const flaw = new ConnectionLost('the login timed out');
    tended.unfit(flaw);
    await settled();
    assert.ok(endpoint.closing);
    endpoint.lose();
    assert.equal(await standing(wait), flaw);
  });

  test('rejects with UserAbortError when its signal is aborted, before or after the call', async () => {
    const tended = new Tended();
    tended.service.startService();
    const controller = new AbortController();
    const [one, other] = [tended.service.whenConnected({ signal: controller.signal }), tended.service.whenConnected()];
    controller.abort();
    await assert.rejects(one, UserAbortError);
    await tended.connect();
    await other;
    await assert.rejects(tended.service.whenConnected({ signal: controller.signal }), UserAbortError);
  });

  test('rejects with ServiceStopped when the service does not run or is stopped', async () => {
    const { service } = new Tended();
    await assert.rejects(service.whenConnected(), ServiceStopped);
    service.startService();
    const wait = service.whenConnected();
    void service.stopService();
    await assert.rejects(wait, ServiceStopped);
    await assert.rejects(service.whenConnected(), ServiceStopped);
  });

  test('leaves nothing at the signal of whoever waits no longer, however that ended', async () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const tended = new Tended();
    const { service, endpoint } = tended;
    service.startService();
    const connected = service.whenConnected({ signal });
    const failed = service.whenConnected({ signal, failAfterFailures: 1 });
    assert.equal(listeners(), 2);
    endpoint.fail();
    await assert.rejects(failed, ConnectionRefusedError);
    assert.equal(listeners(), 1);
    endpoint.clock.advance(1000);
    await tended.connect();
    await connected;
    assert.equal(listeners(), 0);
    endpoint.lose();
    const dismissed = service.whenConnected({ signal });
    await service.stopService();
    await assert.rejects(dismissed, ServiceStopped);
    assert.equal(listeners(), 0);
  });

  test('throws a RangeError for a number of failures below 1', () => {
    const { service } = new Tended();
    for (const failAfterFailures of [0, -1, Number.NaN])
      assert.throws(() => service.whenConnected({ failAfterFailures }), /^RangeError: failAfterFailures is /);
  });
});

describe('ClientService: what the program gives it', () => {
  test('an error of prepareConnection is reported once, and is the reason', async () => {
    const mistake = new TypeError('not a function');
    for (const prepareConnection of [
      () => assert.fail(mistake),
      async () => {
        throw mistake;
      },
    ]) {
      const tended = new Tended({ prepareConnection });
      const { service, endpoint, failures } = tended;
      service.startService();
      await tended.accept();
      assert.throws(() => endpoint.clock.advance(0), mistake);
      endpoint.lose();
      assert.deepEqual(failures, [[mistake, 1, 1000]]);
      endpoint.clock.advance(1000);
      assert.ok(endpoint.connecting);
    }
  });

  test('what the network did to prepareConnection is not reported', async () => {
    const tended = new Tended();
    tended.service.startService();
    await tended.accept();
    const reason = new ConnectionLost('cut');
    tended.endpoint.lose(reason);
    tended.unfit(reason);
    await settled();
    assert.deepEqual(tended.failures, [[reason, 1, 1000]]);
    assert.equal(tended.endpoint.clock.getDelayedCalls().length, 1);
  });

  test('a preparation that ends late is not that of the next connection', async () => {
    const tended = new Tended();
    tended.service.startService();
    await tended.accept();
    const { prepared, unfit } = tended;
    for (const late of [prepared, () => unfit(new ConnectionLost('cut'))]) {
      tended.endpoint.lose();
      tended.endpoint.clock.advance(60_000);
      await tended.accept();
      late();
      assert.equal(await standing(tended.service.whenConnected()), 'pending');
      assert.ok(!tended.endpoint.closing);
    }
  });

  test('a preparation that fails late does not close the connection that came next', async () => {
    const tended = new Tended();
    tended.service.startService();
    await tended.accept();
    const { unfit } = tended;
    tended.endpoint.lose();
    tended.endpoint.clock.advance(1000);
    await tended.connect();
    unfit(new ConnectionLost('cut'));
    await settled();
    assert.deepEqual(await tended.seen(), {
      running: true,
      attempt: 'none',
      connection: 'open',
      ready: true,
      waits: 0,
    });
  });

  test('why a connection was dropped is not why the next one was lost', async () => {
    const tended = new Tended();
    const { endpoint, failures } = tended;
    tended.service.startService();
    await tended.accept();
    const flaw = new ConnectionLost('unfit');
    tended.unfit(flaw);
    await settled();
    endpoint.lose();
    endpoint.clock.advance(1000);
    await tended.connect();
    const reason = new ConnectionLost('cut');
    endpoint.lose(reason);
    assert.deepEqual(failures, [
      [flaw, 1, 1000],
      [reason, 2, 1500],
    ]);
  });

  test('the report of an error says whose it is', async () => {
    const backend = new FakeBackend();
    const reactor = new Reactor(backend);
    const reports: string[] = [];
    reactor.observe({ error: ({ who, where, error }) => void reports.push(`${who}: ${where}: ${String(error)}`) });
    const endpoint = { connect: () => Promise.reject(new ConnectError('nobody is there')) };
    const onFailure = (): void => {
      throw new Error('a mistake');
    };
    const service = new ClientService(endpoint, () => new Protocol(), { clock: reactor, onFailure });
    service.startService();
    await settled();
    assert.deepEqual(reports, ['ClientService: onFailure: Error: a mistake']);
  });

  test('an error of onFailure is reported, and changes nothing', async () => {
    const mistake = new TypeError('not a function');
    for (const onFailure of [
      () => assert.fail(mistake),
      async () => {
        throw mistake;
      },
    ]) {
      const { service, endpoint } = new Tended({ onFailure });
      service.startService();
      endpoint.fail();
      await settled();
      assert.throws(() => endpoint.clock.advance(1000), mistake);
      endpoint.clock.advance(1000);
      assert.ok(endpoint.connecting);
    }
  });

  test('onFailure may stop the service', async () => {
    const tended: Tended = new Tended({ onFailure: () => tended.service.stopService() });
    tended.service.startService();
    tended.endpoint.fail();
    await settled();
    assert.equal(tended.service.running, false);
    assert.equal(tended.endpoint.clock.getDelayedCalls().length, 0);
  });

  test('a factory is asked for protocols and told of its use, and not of the attempts', async () => {
    const calls: string[] = [];
    class Persistent extends ReconnectingClientFactory {
      override protocol = Protocol;
      override startFactory(): void {
        calls.push('start');
      }
      override stopFactory(): void {
        calls.push('stop');
      }
      override clientConnectionFailed(): void {
        calls.push('failed');
      }
      override clientConnectionLost(): void {
        calls.push('lost');
      }
    }
    const endpoint = new FakeEndpoint();
    const factory = new Persistent();
    const service = new ClientService(endpoint, factory, { jitter: 'none' });
    service.startService();
    endpoint.fail();
    await settled();
    endpoint.clock.advance(1000);
    endpoint.accept();
    assert.equal((await service.whenConnected()).factory, factory);
    const stopped = service.stopService();
    endpoint.lose();
    await stopped;
    assert.deepEqual(calls, ['start', 'stop', 'start', 'stop']);
  });

  test('a connection that is gone before the endpoint tells of it is a failed attempt', async () => {
    const tended = new Tended({ prepareConnection: () => assert.fail('there is none') });
    tended.service.startService();
    const reason = new ConnectionDone();
    tended.endpoint.accept();
    tended.endpoint.lose(reason);
    await settled();
    assert.deepEqual(tended.failures, [[reason, 1, 1000]]);
  });

  test('an endpoint that fails before a reactor connects needs a clock: without one the service is over', async () => {
    const reason = new Error('nobody knows where');
    const connect = (): Promise<never> => Promise.reject(reason);
    const factory = ClientFactory.forProtocol(Protocol);
    const failures: unknown[] = [];
    const lost = new ClientService({ connect }, factory, { onFailure: (...failure) => void failures.push(failure) });
    for (let start = 0; start < 2; start += 1) {
      lost.startService();
      await assert.rejects(lost.whenConnected(), reason);
      assert.equal(lost.running, false);
      assert.deepEqual(failures.splice(0), [[reason, 1, Number.POSITIVE_INFINITY]]);
    }

    const clock = new Clock();
    const waits = new ClientService({ connect }, factory, { clock });
    waits.startService();
    await settled();
    assert.equal(waits.running, true);
    assert.equal(clock.getDelayedCalls().length, 1);
    await waits.stopService();
    assert.equal(clock.getDelayedCalls().length, 0);
  });
});

test('ClientService: whatever happens, there is one attempt or connection at a time, and nothing after a stop', async () => {
  const acts = fc.constantFrom('start', 'stop', 'end', 'accept', 'prepare', 'spoil', 'pass');
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 40 }), async (plan) => {
      const tended = new Tended();
      const { service, endpoint } = tended;
      let [asked, stopped] = [0, 0];
      const end = (): void => {
        if (endpoint.connecting) endpoint.fail();
        else if (endpoint.transport !== undefined) endpoint.lose();
      };
      const stop = (): void => {
        asked += 1;
        void service.stopService().then(() => {
          stopped += 1;
        });
      };
      for (const act of plan) {
        if (act === 'start' && !service.running) service.startService();
        if (act === 'stop') stop();
        if (act === 'end') end();
        if (act === 'accept' && endpoint.connecting) endpoint.accept();
        if (act === 'prepare') tended.prepared();
        if (act === 'spoil') tended.unfit(new ConnectionLost('spoilt'));
        if (act === 'pass') endpoint.clock.advance(60_000);
        await settled();
        const busy = endpoint.connecting || endpoint.transport !== undefined;
        if (service.running) assert.ok(busy || endpoint.clock.getDelayedCalls().length === 1, 'it has given up');
        else if (!busy) assert.equal(endpoint.clock.getDelayedCalls().length, 0);
      }
      stop();
      end();
      await settled();
      assert.deepEqual([stopped, service.running, endpoint.connecting], [asked, false, false]);
      assert.deepEqual([endpoint.transport, endpoint.clock.getDelayedCalls().length], [undefined, 0]);
    }),
  );
});
