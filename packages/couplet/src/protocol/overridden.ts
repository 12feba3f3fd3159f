/**
 * Throws a `TypeError` unless a receiver has a method of its own in place of the inherited one, whose doing nothing is never meant:
 * frames would be thrown away, and a misspelt name found by nobody. An override may call the inherited method.
 */
export function checkOverridden(receiver: object, method: string, inherited: unknown): void {
  if (Reflect.get(receiver, method) === inherited)
    throw new TypeError(`${receiver.constructor.name} does not override ${method}`);
}
