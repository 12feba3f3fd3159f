import { chunkOf } from '../bytes/chunk.ts';
import type { FramingError } from '../framing/errors.ts';
import { NetstringPrefix, TRAILER } from '../framing/netstrings.ts';
import { DRY } from './framed-protocol.ts';
import type { AnyFactory, Result } from './protocol.ts';
import { StringReceiver } from './string-receiver.ts';

/**
 * Receives netstrings (http://cr.yp.to/proto/netstrings.txt): override `stringReceived`. Bytes that are none, or make one longer
 * than `maxLength`, abort the connection at once, with a `NetstringParseError` as the reason.
 */
export class NetstringReceiver<F = AnyFactory> extends StringReceiver<F> {
  readonly #prefix: NetstringPrefix;

  constructor() {
    const prefix = new NetstringPrefix();
    super(prefix);
    this.#prefix = prefix;
  }

  override sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    this.transport.write(this.#prefix.write(bytes.length));
    if (bytes.length > 0) this.transport.write(bytes);
    return this.transport.write(TRAILER);
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    this.transport.abortConnection(error);
    return DRY;
  }
}
