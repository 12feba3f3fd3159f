import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { application, isApplication } from '../../src/application/application.ts';
import { main } from '../../src/entry/coupletd.ts';
import { noting } from './context.ts';

describe('an application', () => {
  test('makes its services of a list, or of its settings', async () => {
    const service = noting([], 'a');
    assert.deepEqual(await application('app', [service]).services(undefined), [service]);
    const given: unknown[] = [];
    const made = application('app', async (settings) => {
      given.push(settings);
      return [service];
    });
    assert.deepEqual(await made.services({ delay: 1 }), [service]);
    assert.deepEqual(given, [{ delay: 1 }]);
  });

  test('keeps its schema and files, and has none unless set', () => {
    const configuration = v.object({ delay: v.number() });
    const app = application('app', () => [], { configuration, files: ['poems.txt'] });
    assert.equal(app.configuration, configuration);
    assert.deepEqual(app.files, ['poems.txt']);
    const plain = application('app', []);
    assert.deepEqual([plain.configuration, plain.files], [undefined, []]);
  });

  test('refuses what is not a schema', () => {
    const configuration = { parse: () => ({}) } as unknown as StandardSchemaV1;
    assert.throws(() => application('app', [], { configuration }), {
      name: 'TypeError',
      message: "the configuration of 'app' is not a Standard Schema, as those of zod, valibot and arktype are",
    });
  });

  test('refuses names that cannot name a socket or a key', () => {
    for (const name of ['', '-a', 'a b', 'a/b', 'ä', `a${'b'.repeat(63)}`, 'a\n'])
      assert.throws(() => application(name, []), RangeError, JSON.stringify(name));
    for (const name of ['a', '1', `a${'b'.repeat(62)}`, 'a.b-c_d']) assert.equal(application(name, []).name, name);
  });

  test('is known by what it has, also that of another copy', () => {
    assert.equal(isApplication(application('app', [])), true);
    assert.equal(isApplication({ name: 'app', services: () => [] }), true);
    for (const other of [undefined, null, 1, {}, { name: 'app' }, { services: () => [] }])
      assert.equal(isApplication(other), false);
  });

  test('R-D34 main does nothing in a file that is imported', async () => {
    const signals = ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal));
    let made = 0;
    const app = application('app', () => {
      made += 1;
      return [];
    });
    await main({ url: new URL('other.ts', import.meta.url).href }, app);
    await main({ url: 'data:text/javascript,' }, app);
    assert.equal(made, 0);
    assert.deepEqual(
      ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal)),
      signals,
    );
  });
});
