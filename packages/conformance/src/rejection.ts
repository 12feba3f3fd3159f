import { expect } from './check.ts';

/** The error that the promise rejects with. Rejects itself when the promise resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  let reason: unknown;
  try {
    await promise;
  } catch (error) {
    reason = error;
  }
  expect(reason instanceof Error, reason === undefined ? 'nothing was rejected' : `${reason} is no error`);
  return reason;
}

/** The error that the call throws. Throws one itself when the call does not. */
export function errorBy(call: () => unknown): Error {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown instanceof Error, thrown === undefined ? 'nothing was thrown' : `${thrown} is no error`);
  return thrown;
}

/** The kind of the `Cause` behind an error. */
export function kindOfCause({ cause }: Error): unknown {
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? cause.kind : undefined;
}
