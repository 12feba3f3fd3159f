import type { Cause } from '../../seam/cause.ts';
import { describeErrno, kindOf } from '../node/cause.ts';

/** The cause that a number of Linux stands for: that of a call which returned it, negative or not. */
export function causeOfErrno(errno: number, syscall?: string): Cause {
  const [code, detail] = describeErrno(errno) ?? ['', `error ${Math.abs(errno)} of the system`];
  return { kind: kindOf(code, syscall), code, detail };
}
