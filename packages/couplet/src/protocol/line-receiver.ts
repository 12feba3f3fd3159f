import { DRY } from './framed-protocol.ts';
import { LineOnlyReceiver } from './line-only-receiver.ts';
import { checkOverridden } from './overridden.ts';
import type { AnyFactory, Result } from './protocol.ts';

const EMPTY: Buffer = Buffer.alloc(0);

/** Receives lines, and raw bytes in between: `setRawMode` and `setLineMode` switch, at any time. */
export class LineReceiver<F = AnyFactory> extends LineOnlyReceiver<F> {
  #raw = false;

  /** Bytes arrived in raw mode, cut anywhere. They are yours to keep. Throws a `TypeError` unless it is overridden. */
  rawDataReceived(_data: Buffer): Result {
    checkOverridden(this, 'rawDataReceived', LineReceiver.prototype.rawDataReceived);
  }

  /** From now on bytes go to `rawDataReceived`, beginning with those behind the line that was received last. */
  setRawMode(): void {
    this.#raw = true;
    this['~deliverSoon']();
  }

  /** From now on bytes are lines again, beginning with those of `extra`: what `rawDataReceived` got and does not want. */
  setLineMode(extra?: Uint8Array): void {
    this.#raw = false;
    if (extra !== undefined && extra.length > 0) this['~decoder'].unread(extra);
    this['~deliverSoon']();
  }

  /** Takes away the bytes that were received and not passed on. A line that is being thrown away goes on to its delimiter. */
  clearLineBuffer(): Buffer {
    return this['~decoder'].skip() ? this['~decoder'].rest() : EMPTY;
  }

  protected override '~step'(): Result | typeof DRY {
    if (!this.#raw) return super['~step']();
    if (!this['~decoder'].skip()) return DRY;
    const data = this['~decoder'].rest();
    return data.length === 0 ? DRY : this.rawDataReceived(data);
  }
}
