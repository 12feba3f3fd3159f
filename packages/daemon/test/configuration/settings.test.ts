import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { isStandardSchema, validateSettings } from '../../src/configuration/settings.ts';

const Settings = v.strictObject({
  delay: v.optional(v.pipe(v.number(), v.minValue(0)), 0.5),
  poems: v.optional(v.array(v.strictObject({ file: v.string() })), []),
});

/** A schema that does what is given. */
function schema(validate: StandardSchemaV1.Props['validate']): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe("the application's own schema", () => {
  test('makes the settings, and fills in its defaults where nothing is configured', async () => {
    assert.deepEqual(await validateSettings(Settings, { delay: 2 }), { delay: 2, poems: [] });
    assert.deepEqual(await validateSettings(Settings, undefined), { delay: 0.5, poems: [] });
    assert.equal(
      await validateSettings(
        schema(async () => ({ value: 5 })),
        {},
      ),
      5,
    );
  });

  for (const [what, tree, path, message] of [
    [
      'a wrong type',
      { delay: 'x' },
      ['application', 'delay'],
      'application.delay: Invalid type: Expected number but received "x"',
    ],
    [
      'a wrong value in a list',
      { poems: [{ file: 'a' }, { file: 2 }] },
      ['application', 'poems', 1, 'file'],
      'application.poems[1].file: Invalid type: Expected string but received 2',
    ],
    [
      'an unknown key',
      { dealy: 1 },
      ['application', 'dealy'],
      'application.dealy: Invalid key: Expected never but received "dealy"',
    ],
  ] as const)
    test(`R-D30 ${what} is one line with its path, 78`, async () => {
      await assert.rejects(validateSettings(Settings, tree), { name: 'SettingsError', status: 78, path, message });
    });

  test('an issue of several lines is cut to its first, and control characters are escaped', async () => {
    const broken = schema(() => ({ issues: [{ message: 'bad \u001b[2J\nmore', path: [{ key: 'a b' }] }] }));
    await assert.rejects(validateSettings(broken, {}), { message: 'application."a b": bad \\u001b[2J' });
    await assert.rejects(
      validateSettings(
        schema(() => ({ issues: [] })),
        {},
      ),
      { message: 'application: is not valid' },
    );
  });

  test('a schema that throws is the fault of the application: 70', async () => {
    const throws = schema(() => {
      throw new Error('boom\nat x');
    });
    await assert.rejects(validateSettings(throws, {}), {
      status: 70,
      message: 'the schema of the application failed: boom',
    });
  });

  test('is known by its own key', () => {
    assert.deepEqual(
      [
        Settings,
        schema(() => ({ value: 1 })),
        Object.assign(
          () => {},
          schema(() => ({ value: 1 })),
        ),
      ].map(isStandardSchema),
      [true, true, true],
    );
    assert.deepEqual(
      [undefined, null, {}, { '~standard': null }, { '~standard': {} }, 'x'].map(isStandardSchema),
      Array(6).fill(false),
    );
  });
});
