import type { ProxyHeader } from '../protocol/proxy-header.ts';
import { pairOf } from './header.ts';
import { writeVersion1 } from './version1.ts';
import { writeVersion2 } from './version2.ts';

/**
 * Encodes a header. Returns its bytes, which the caller owns: at most 107 of version 1, and 65,551 of version 2. Version 1 has
 * no UNIX addresses and no `LOCAL`: both become `UNKNOWN`. (HAProxy 2.6 refuses a `PROXY` header of version 2 without TCP
 * addresses, and itself sends `LOCAL` then.)
 *
 * Throws a `RangeError` that names what cannot be encoded: an address that is not a literal of its family, a path of more than
 * 108 bytes, TLVs in version 1, or addresses or TLVs in a `LOCAL` header.
 */
export function encodeProxyHeader(header: ProxyHeader): Buffer {
  const { version, command, tlvs } = header;
  const ends = pairOf(header);
  if (command === 'LOCAL' && (ends !== undefined || tlvs.length > 0))
    throw new RangeError('a LOCAL header has neither addresses nor TLVs');
  if (version === 2) return writeVersion2(command, ends, tlvs);
  if (tlvs.length > 0) throw new RangeError('a header of version 1 has no TLVs');
  return writeVersion1(ends);
}
