import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connector, Reactor } from 'couplet';
import { Protocol, ReconnectingClientFactory } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import { simulate } from 'couplet/sim';

/** How long a client waits before it tries again, in milliseconds. */
const WAIT_MS = 10;

/** Fails in each of its callbacks. */
class Failing extends ReconnectingClientFactory {
  override delayMs = WAIT_MS;
  override maxDelayMs = WAIT_MS;
  attempts = 0;

  override buildProtocol(): Protocol {
    return new Protocol();
  }

  override startedConnecting(connector: Connector): void {
    super.startedConnecting(connector);
    this.attempts += 1;
    throw new Error('one');
  }

  override clientConnectionFailed(connector: Connector, reason: Error): void {
    super.clientConnectionFailed(connector, reason);
    throw new Error('another');
  }
}

/** Who is reported until three attempts have failed; `begin` returns how many there were. Each but the first comes from a timer. */
async function reported(begin: (reactor: Reactor) => () => number): Promise<string[]> {
  const reports: Set<string> = new Set();
  await simulate({ seeds: 1, profile: 'calm', allowErrors: true }, async (world) => {
    world.host('server');
    const { reactor } = world.host('client');
    reactor.observe({ error: ({ who, where }) => void reports.add(`${who}, ${where}`) });
    const attempts = begin(reactor);
    await world.until(() => attempts() > 3, WAIT_MS);
  });
  return [...reports];
}

describe('what fails in an attempt that a timer began', () => {
  test('R8 is reported as of the factory, not as of a delayed call', async () => {
    const reports = await reported((reactor) => {
      const factory = new Failing();
      reactor.connectTCP('server', 8007, factory);
      return () => factory.attempts;
    });
    assert.deepEqual(reports, [
      'Failing for server:8007, startedConnecting',
      'Failing for server:8007, clientConnectionFailed',
    ]);
  });

  test('R8 is reported as of the service, not as of a delayed call', async () => {
    const reports = await reported((reactor) => {
      let failures = 0;
      const onFailure = (): never => {
        failures += 1;
        throw new Error('one');
      };
      const waits = { initialDelayMs: WAIT_MS, maxDelayMs: WAIT_MS };
      const endpoint = clientFromString(reactor, 'tcp:server:8007');
      new ClientService(endpoint, () => new Protocol(), { ...waits, onFailure }).startService();
      return () => failures;
    });
    assert.deepEqual(reports, ['ClientService for server:8007, onFailure']);
  });
});
