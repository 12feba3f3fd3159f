import { expect } from './check.ts';

/** Resolves to the error that the promise rejects with. Rejects if the promise resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  let reason: unknown;
  try {
    await promise;
  } catch (error) {
    reason = error;
  }
  expect(
    reason instanceof Error,
    reason === undefined ? 'the promise did not reject' : `the promise rejected with ${reason}, not an Error`,
  );
  return reason;
}

/** Returns the error that the call throws. Throws if the call does not. */
export function errorBy(call: () => unknown): Error {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(
    thrown instanceof Error,
    thrown === undefined ? 'the call did not throw' : `the call threw ${thrown}, not an Error`,
  );
  return thrown;
}

/** The kind of the `Cause` behind an error. */
export function kindOfCause({ cause }: Error): unknown {
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? cause.kind : undefined;
}
