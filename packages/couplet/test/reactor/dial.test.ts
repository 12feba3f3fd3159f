import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, type Connector, DNSLookupError, type ErrorReport, Reactor } from 'couplet';
import { FakeBackend } from '../fake-backend.ts';

/** Writes down why attempts failed. */
class Failures extends ClientFactory {
  readonly reasons: Error[] = [];

  override buildProtocol(): null {
    return null;
  }

  override clientConnectionFailed(_connector: Connector, reason: Error): void {
    this.reasons.push(reason);
  }
}

function scene(): { backend: FakeBackend; reactor: Reactor; factory: Failures; reports: ErrorReport[]; turn(): void } {
  const backend = new FakeBackend();
  const reactor = new Reactor(backend);
  const reports: ErrorReport[] = [];
  reactor.observe({ error: (report) => void reports.push(report) });
  const turn = (): void => {
    backend.runYielded();
  };
  return { backend, reactor, factory: new Failures(), reports, turn };
}

describe('an attempt whose lookup the program queues', () => {
  test('R8 R20 fails later with what queueLookup throws, which is reported', () => {
    const { backend, reactor, factory, reports, turn } = scene();
    const error = new Error('the queue is full');
    const queueLookup = (): never => {
      throw error;
    };
    const connector = reactor.connectTCP('example.com', 80, factory, { queueLookup });
    assert.deepEqual([connector.state, factory.reasons], ['connecting', []]);
    assert.deepEqual(reports, [{ who: 'example.com:80', where: 'queueLookup', error }]);
    turn();
    const [reason] = factory.reasons;
    assert.ok(reason instanceof DNSLookupError);
    assert.deepEqual([reason.cause, connector.state, backend.alarmAt], [error, 'disconnected', undefined]);
  });

  test('R8 ends though the cancel of its lookup throws, which is reported', () => {
    const { reactor, factory, reports, turn } = scene();
    const error = new Error('not in the queue');
    const queueLookup = () => () => {
      throw error;
    };
    const connector = reactor.connectTCP('example.com', 80, factory, { queueLookup });
    connector.disconnect();
    turn();
    assert.deepEqual([factory.reasons.map(({ name }) => name), connector.state], [['UserAbortError'], 'disconnected']);
    assert.deepEqual(reports, [{ who: 'example.com:80', where: 'queueLookup', error }]);
  });
});
