import type { Cause } from '../../seam/cause.ts';
import { causeOfErrno } from './errno.ts';
import { kernel } from './kernel.ts';
import { AF_UNIX, ENAMETOOLONG, SOCK_DGRAM, UNIX_BYTES } from './linux.ts';
import { unixAddress } from './socket-address.ts';

/**
 * Sends one datagram to a UNIX socket, by `node:ffi`: to its path, or to an abstract name behind `@` (unix(7)), as sd_notify(3) has them. It
 * never waits and never throws: returns undefined when the system has it, and otherwise why it was not sent. Of that `code` is `ENOTSUP` where
 * the system cannot be called, and `EAGAIN` while the receiver has no room.
 */
export function sendDatagram(path: string, data: Uint8Array): Cause | undefined {
  const found = kernel();
  if (typeof found === 'string') return { kind: 'other', code: 'ENOTSUP', detail: found };
  const { calls } = found;
  const address = unixAddress(path.replace(/^@/, '\0'));
  if (address.length > UNIX_BYTES) return causeOfErrno(ENAMETOOLONG);
  const fd = calls.socket(AF_UNIX, SOCK_DGRAM);
  if (fd < 0) return causeOfErrno(fd, 'socket');
  const sent = calls.send(fd, data, address);
  calls.close(fd);
  return sent < 0 ? causeOfErrno(sent, 'sendmsg') : undefined;
}
