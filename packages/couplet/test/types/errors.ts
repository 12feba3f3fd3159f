// What the codes of errors are, and what they tell apart. Compiled, never run.
import type { CannotListenError, ConnectError } from 'couplet';
import { ConnectionClosed, type ConnectionDone, type ConnectionLost, type TimeoutError } from 'couplet';
import { FramingError } from 'couplet/framing';
import { exactly } from './exactly.ts';

export function ended(reason: ConnectionDone | ConnectionLost | TimeoutError): void {
  switch (reason.code) {
    case 'COUPLET_CONNECTION_DONE':
      exactly<ConnectionDone>()(reason);
      break;
    case 'COUPLET_CONNECTION_LOST':
      exactly<ConnectionLost>()(reason);
      break;
    default:
      exactly<TimeoutError>()(reason);
  }
}

export function codes(listen: CannotListenError, connect: ConnectError): void {
  exactly<'COUPLET_CANNOT_LISTEN'>()(listen.code);
  // Which of its subclasses it is.
  exactly<string>()(connect.code);
  // @ts-expect-error a code never changes
  listen.code = 'COUPLET_CANNOT_LISTEN';
}

/** A user's own reason has a code of its own. */
export class Bored extends ConnectionClosed {
  override name = 'Bored';
  override readonly code = 'BORED';
}

export class ChecksumError extends FramingError {
  override name = 'ChecksumError';
  override readonly code = 'CHECKSUM';
}
