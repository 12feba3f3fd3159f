import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Closes one of the descriptors 0 to 2, which libuv leaves open, so that the other side sees it. The null device gets the
 * number: the next file or socket must not become standard input or output.
 */
export function vacate(fd: number): void {
  closeSync(fd);
  openSync(devNull, 'r+');
}
