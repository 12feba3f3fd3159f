import assert from 'node:assert/strict';

/** What a task did with bytes. */
export interface Work {
  /** How many it copied, joined or made strings of. */
  bytes: number;
  /** How many slices it cut. */
  slices: number;
}

/** Has each call of a method noted, with what it was given and what it returned. Returns how to stop that. */
function watch(owner: object, name: string, note: (args: readonly unknown[], result: unknown) => void): () => void {
  const method: unknown = Reflect.get(owner, name);
  assert.ok(typeof method === 'function');
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    const result: unknown = Reflect.apply(method, this, args);
    note(args, result);
    return result;
  };
  Reflect.set(owner, name, watched);
  return () => void Reflect.set(owner, name, method);
}

/** The length of bytes or of a string; of anything else 0. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

/** Runs a task, and counts what it did. */
export function workOf(task: () => void): Work {
  const work: Work = { bytes: 0, slices: 0 };
  const add = (bytes: number): void => {
    work.bytes += bytes;
  };
  const typedArrays: object = Object.getPrototypeOf(Uint8Array.prototype);
  const stops = [
    watch(typedArrays, 'set', ([from]) => add(lengthOf(from))),
    watch(typedArrays, 'slice', (_, copy) => add(lengthOf(copy))),
    watch(Buffer.prototype, 'toString', (_, text) => add(lengthOf(text))),
    watch(Buffer.prototype, 'write', (_, count) => add(Number(count))),
    watch(Buffer.prototype, 'copy', (_, count) => add(Number(count))),
    watch(Buffer, 'concat', (_, whole) => add(lengthOf(whole))),
    watch(Buffer, 'from', ([from], copy) => add(from instanceof ArrayBuffer ? 0 : lengthOf(copy))),
    watch(Buffer.prototype, 'subarray', () => {
      work.slices += 1;
    }),
  ];
  try {
    task();
  } finally {
    for (const stop of stops) stop();
  }
  return work;
}
