import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientFactory } from 'couplet';
import { Protocol } from 'couplet';
import type { Reachable } from 'couplet/endpoints';
import { ClientService } from '../../src/application/client-service.ts';
import { Scene } from './context.ts';

/** A place whose attempts the test ends. */
class Place implements Reachable {
  readonly attempts: { readonly fail: (reason: Error) => void }[] = [];

  connect(_factory: ClientFactory, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    return new Promise((_resolve, fail) => {
      this.attempts.push({ fail });
      signal.addEventListener('abort', () => fail(signal.reason));
    });
  }
}

describe('a client as a service', () => {
  test('logs each failure, tries again, and ends with the service', async () => {
    const scene = new Scene('upstream/cache');
    const place = new Place();
    const failures: string[] = [];
    const service = new ClientService('cache', place, () => new Protocol(), {
      onFailure: (reason) => void failures.push(reason.message),
    });
    await service.start(scene.context);
    place.attempts[0]?.fail(new Error('no route'));
    await scene.time.pass(60_000);
    assert.equal(place.attempts.length, 2);
    assert.deepEqual(failures, ['no route']);
    assert.deepEqual(scene.log.events, ['client.failed']);
    await service.stop();
    assert.ok(scene.time.idle);
    await scene.time.end();
  });

  test('that is required has not started before it is connected, and that has not started says so', async () => {
    const scene = new Scene('cache');
    const service = new ClientService('cache', new Place(), () => new Protocol(), { required: true });
    await assert.rejects(service.whenConnected(), { message: "the service 'cache' has not started" });
    let ended = 'it waits';
    const started = service.start(scene.context).catch((error: Error) => {
      ended = error.name;
    });
    await scene.time.pass(1000);
    assert.equal(ended, 'it waits');
    await service.stop();
    await started;
    assert.equal(ended, 'ServiceStopped');
    await scene.time.end();
  });
});
