import type { Cause } from '../../seam/cause.ts';
import { causeOf } from '../node/cause.ts';

const { getSystemErrorMap } = process.getBuiltinModule('node:util');

/** The error that a number of Linux stands for: that of a call which returned it, negative or not. */
export function errorOfErrno(errno: number, syscall?: string): NodeJS.ErrnoException {
  const number = -Math.abs(errno);
  const [code, detail] = getSystemErrorMap().get(number) ?? ['', `error ${-number} of the system`];
  return Object.assign(new Error(detail), { code, errno: number, ...(syscall !== undefined && { syscall }) });
}

/** The cause that such a number stands for. */
export function causeOfErrno(errno: number, syscall?: string): Cause {
  return causeOf(errorOfErrno(errno, syscall));
}
