/** One thing that must hold, named after the rule of the contract that it checks: `R7 ...`. */
export interface Check {
  readonly name: string;
  /** Rejects with an `Error` that says what did not hold. */
  run(): Promise<void>;
}

/** Throws an `Error` with the message unless the condition holds. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws an `Error` that shows both unless the two print the same JSON. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
}
