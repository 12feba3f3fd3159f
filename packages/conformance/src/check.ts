/** A check of one thing that a backend has to do. */
export interface Check {
  /** The number of the rule of the contract, and what is checked: `R7 ...`. No two checks have the same name. */
  readonly name: string;
  /** Runs the check. Resolves when it has passed; rejects with an `Error` that says what is wrong. It may be run again. */
  run(): Promise<void>;
}

/** Throws an `Error` with the message unless the condition is true. The message says what is wrong if it is false. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws an `Error` that shows both values unless they print the same JSON. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
}
