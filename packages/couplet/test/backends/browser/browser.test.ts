import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CannotListenError, ClientFactory, ConnectError, Factory, Protocol, Reactor } from 'couplet';
import { checkBackend } from 'couplet-conformance';
import { BrowserBackend } from '../../../src/backends/browser/browser.ts';

const backend = (): BrowserBackend => new BrowserBackend();

/** Connects, and returns why that failed. */
function failureOf(host: string): Promise<Error> {
  return new Promise((resolve) => {
    const factory = ClientFactory.forProtocol(Protocol);
    factory.clientConnectionFailed = (_, reason) => resolve(reason);
    new Reactor(backend()).connectTCP(host, 8007, factory);
  });
}

describe('RT-11 BrowserBackend, here', () => {
  const checks = checkBackend({ backend }).filter(({ name }) => /^R24 (?!.* network)/.test(name));

  for (const { name, run } of checks) test(name, { timeout: 30_000 }, run);

  test('runs what is yielded in its order, each in a turn of its own', async () => {
    const { yield: later } = backend().clock;
    const order: string[] = [];
    for (const name of ['a', 'b'])
      later(() => {
        order.push(name);
        queueMicrotask(() => order.push(`after ${name}`));
      });
    await new Promise<void>((resolve) => later(resolve));
    later(() => order.push('c'));
    await new Promise<void>((resolve) => later(resolve));
    assert.deepEqual(order, ['a', 'after a', 'b', 'after b', 'c']);
  });

  test('has no sockets, and says what to use', async () => {
    const listening = new Reactor(backend()).listenTCP(8007, Factory.forProtocol(Protocol));
    await assert.rejects(listening, (error) => {
      assert.ok(error instanceof CannotListenError);
      assert.match(error.message, /no sockets in a browser: use couplet\/sim/);
      return true;
    });
    for (const host of ['127.0.0.1', 'poems.example']) {
      const failure = await failureOf(host);
      assert.ok(failure instanceof ConnectError);
      assert.match(failure.message, /no sockets in a browser: use couplet\/sim/);
    }
  });
});
