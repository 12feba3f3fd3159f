import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observation } from '../../src/supervisor/observation.ts';
import { WorkerProcess } from '../../src/supervisor/worker-process.ts';
import { loadedFrom, serving } from './stage.ts';

test('what is dropped in the supervisor is counted once, in metrics and in the status', async () => {
  const stage = await serving();
  const observation = new Observation(stage.clock, '1.0.0', () => 3);
  const [worker] = stage.supervisor.generations.workers;
  assert.ok(worker instanceof WorkerProcess);
  Object.defineProperty(worker, 'full', { value: true });
  observation.onStarted(worker);
  observation.onReport(worker, { kind: 'subscribe', topic: 't', on: true });
  observation.onReport(worker, { kind: 'publish', topic: 't', base64: '' });
  const scrape = observation.scrape(stage.supervisor);
  await stage.pass(1000);
  const page = await scrape;
  assert.match(page, /^couplet_log_dropped_lines_total 3$/m);
  assert.match(page, /^couplet_bus_dropped_messages_total 1$/m);
  const { drops } = observation.status(stage.supervisor, loadedFrom({}));
  assert.deepEqual(drops, { logLines: 3, busMessages: 1 });
  await stage.stop();
});
