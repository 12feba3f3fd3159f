import type { ProxyHeader } from '../protocol/proxy-header.ts';
import { pairOf } from './header.ts';
import { writeVersion1 } from './version1.ts';
import { writeVersion2 } from './version2.ts';

/**
 * The bytes of a header, which are the caller's: at most 107 of version 1, 65,551 of version 2. Version 1 has no UNIX addresses
 * and no `LOCAL`: both become `UNKNOWN`. Throws a `RangeError` that names what the header cannot say: an address that is no literal
 * of its family, a path of more than 108 bytes, TLVs in version 1, anything else in a `LOCAL` one. (HAProxy 2.6 refuses what
 * is `PROXY` in version 2 without TCP addresses, and itself sends `LOCAL` then.)
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
