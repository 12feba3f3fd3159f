import { INET6_ZONE_AT } from './linux.ts';

/** Sets the number of the interface that ends a literal of IPv6. libuv knows its name alone, and takes the number for one. */
export function withZone(address: Buffer, literal: string): Buffer {
  const number = /%(\d{1,9})$/.exec(literal)?.[1];
  if (number !== undefined && address.readUInt32LE(INET6_ZONE_AT) === 0)
    address.writeUInt32LE(Number(number), INET6_ZONE_AT);
  return address;
}
