import type { Cause } from '../../seam/cause.ts';
import type { ReadingState } from '../node/reading-life.ts';
import type { Secured } from '../tls/context.ts';
import { TlsWire } from '../tls/tls-wire.ts';
import type { NativeStream } from './native-stream.ts';

export const BROKEN_PIPE: Cause = { kind: 'reset', code: 'EPIPE', detail: 'broken pipe' };

/** The part of a wire that is under TLS: a `node:tls` socket around the stream of a native one. */
export class NativeTlsWire extends TlsWire {
  /** Takes over a stream whose handshake has begun. `state` is how that was read. */
  constructor(raw: NativeStream, secured: Secured, path: string | undefined, state: ReadingState) {
    super(raw, secured, path, state);
    raw.refused = () => this.take('refused', BROKEN_PIPE);
  }

  /** Bun tells a reset as what it is. */
  protected override get endIsDoubtful(): boolean {
    return false;
  }
}
