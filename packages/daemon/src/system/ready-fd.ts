import { closeSync, writeSync } from 'node:fs';
import { kindOf } from '../values/descriptor.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/**
 * Returns a function that tells whatever started this process that it is ready: writes one newline to the descriptor and closes it, as
 * s6 and its like want. To call that again does nothing. It throws nothing: if the other side has gone it does not want to know.
 *
 * Throws a `CommandError` with 78 unless the descriptor is open and can take a newline. Standard streams are not for that.
 */
export function readyDescriptor(fd: number): () => void {
  if (!takesBytes(fd))
    throw new CommandError(`--ready-fd ${fd}: that is not a descriptor of a pipe, socket or file`, EXIT.configuration);
  let told = false;
  return () => {
    if (told) return;
    told = true;
    try {
      writeSync(fd, '\n');
    } catch {
      // Not wanted any more.
    }
    closeSync(fd);
  };
}

function takesBytes(fd: number): boolean {
  if (!Number.isInteger(fd) || fd < 3) return false;
  try {
    const stats = kindOf(fd);
    return stats.isFIFO() || stats.isSocket() || stats.isFile() || stats.isCharacterDevice();
  } catch {
    return false;
  }
}
