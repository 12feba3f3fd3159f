import { chunkOf } from '../bytes/chunk.ts';
import type { FramingError } from '../framing/errors.ts';
import { NetstringPrefix } from '../framing/netstrings.ts';
import { DRY } from './framed-protocol.ts';
import type { AnyFactory, Result } from './protocol.ts';
import { StringReceiver } from './string-receiver.ts';

/**
 * Receives netstrings (http://cr.yp.to/proto/netstrings.txt): override `stringReceived`. Bytes that are none, or make one longer
 * than `maxLength`, abort the connection at once, with a `NetstringParseError` as the reason.
 */
export class NetstringReceiver<F = AnyFactory> extends StringReceiver<F> {
  constructor() {
    super(new NetstringPrefix());
  }

  override sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    return this.transport.writeSequence([`${bytes.length}:`, bytes, ',']);
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    this.transport.abortConnection(error);
    return DRY;
  }
}
