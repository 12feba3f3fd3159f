import type { StandardSchemaV1 } from '@standard-schema/spec';
import { printable } from '../log/printable.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { pathText } from './tree.ts';

/** What is wrong with the settings of an application: one line, and where in the configuration it is. */
export class SettingsError extends CommandError {
  override name = 'SettingsError';
  /** Such as `['application', 'delay']`: `place` of a configuration names the line of it. */
  readonly path: readonly (string | number)[];
  /** What is wrong, without the place. */
  readonly detail: string;

  constructor(path: readonly (string | number)[], message: string) {
    super(`${pathText(path)}: ${message}`, EXIT.configuration);
    this.path = path;
    this.detail = message;
  }
}

/** Whether a value is a Standard Schema: an object or a function with `~standard`. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !('~standard' in value))
    return false;
  const props = value['~standard'];
  return typeof props === 'object' && props !== null && 'validate' in props && typeof props.validate === 'function';
}

/**
 * Checks `application` of a configuration with the application's own schema, and resolves to what that made of it. A configuration that
 * has nothing for it is checked as an empty table, so that the schema can fill in defaults.
 *
 * Rejects with a `SettingsError` for the first issue, and with a `CommandError` with 70 if the schema itself throws.
 */
export async function validateSettings(schema: StandardSchemaV1, tree: unknown): Promise<unknown> {
  let result: StandardSchemaV1.Result<unknown>;
  try {
    result = await schema['~standard'].validate(tree ?? {});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the schema of the application failed: ${firstLine(message)}`, EXIT.software, {
      cause: error,
    });
  }
  const [issue] = result.issues ?? [];
  if (issue === undefined && result.issues === undefined) return result.value;
  const inner = issue?.path?.map((part) => (typeof part === 'object' ? part.key : part)) ?? [];
  const path = inner.map((key) => (typeof key === 'number' ? key : String(key)));
  throw new SettingsError(['application', ...path], firstLine(issue?.message ?? 'is not valid'));
}

/** The first line of a text, at most 500 characters of it. */
function firstLine(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n]/, 1);
  return printable(line.slice(0, 500));
}
