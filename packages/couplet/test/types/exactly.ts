/** True when the two types are the same, `any` and `unknown` told apart. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the value has exactly the type A: `exactly<number>()(value)`. */
export function exactly<A>(): <const B>(
  value: B,
  ...proof: Same<A, B> extends true ? [] : ['the types differ']
) => void {
  return () => {};
}
