import { type BigIntStats, fstatSync } from 'node:fs';

/**
 * What a descriptor is. Throws an error of the system if it is not open.
 *
 * Node 20 follows the links of a path only as far as that of the latest look at a file in plain numbers is neither a pipe nor a socket, whatever
 * file that was: an import would then find packages elsewhere. A look in big integers does not count.
 */
export function kindOf(descriptor: number): BigIntStats {
  return fstatSync(descriptor, { bigint: true });
}
