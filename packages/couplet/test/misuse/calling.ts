import assert from 'node:assert/strict';

/** Calls as JavaScript can: with anything. */
export function call(run: unknown, self: unknown, ...args: unknown[]): unknown {
  assert.ok(typeof run === 'function');
  return Reflect.apply(run, self, args);
}

/** Makes as JavaScript can. */
export function make(type: unknown, ...args: unknown[]): unknown {
  assert.ok(typeof type === 'function');
  return Reflect.construct(type, args);
}

/** What a misuse throws. */
export function typeError(message: RegExp): { readonly name: string; readonly message: RegExp } {
  return { name: 'TypeError', message };
}
