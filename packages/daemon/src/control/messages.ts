import * as v from 'valibot';
import { ReloadResult, StatusReport } from './report.ts';

/** The form of what a client asks: one object, on one line. */
export const ControlRequest = v.variant('ask', [
  v.strictObject({ ask: v.literal('status') }),
  /** With `wait` it is answered when the reload has ended, otherwise at once. */
  v.strictObject({ ask: v.literal('reload'), force: v.boolean(), wait: v.boolean() }),
  /** Answered when everything has ended. */
  v.strictObject({ ask: v.literal('stop'), now: v.boolean() }),
]);
/** What a client asks of a daemon. */
export type ControlRequest = v.InferOutput<typeof ControlRequest>;

/** The form of an answer: one object, on one line; then the daemon closes the connection. */
export const ControlAnswer = v.variant('answer', [
  v.object({ answer: v.literal('status'), report: StatusReport }),
  v.object({ answer: v.literal('accepted') }),
  v.object({ answer: v.literal('reloaded'), result: ReloadResult }),
  v.object({ answer: v.literal('stopped') }),
  v.object({ answer: v.literal('failed'), line: v.string() }),
]);
/** What a daemon answers. */
export type ControlAnswer = v.InferOutput<typeof ControlAnswer>;

/** Reads one line of JSON in a form; undefined if it is anything else. */
export function parseLine<T>(form: v.GenericSchema<unknown, T>, line: Uint8Array): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line).toString());
  } catch {
    return undefined;
  }
  const result = v.safeParse(form, value);
  return result.success ? result.output : undefined;
}
