/** An empty chunk. It can be shared, since nothing in it can change. */
export const EMPTY: Buffer = Buffer.alloc(0);

/** Returns data as bytes; a string in UTF-8. Throws a `TypeError` for anything else than bytes or a string. */
export function chunkOf(data: Uint8Array | string): Uint8Array {
  checkData(data);
  return typeof data === 'string' ? Buffer.from(data) : data;
}

/** Throws a `TypeError` for anything else than bytes or a string. */
export function checkData(data: Uint8Array | string): void {
  if (typeof data === 'string' || data instanceof Uint8Array) return;
  throw new TypeError(`write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}

/** The class of the runtime's own chunks. A look-up by the global name would cost a call. */
const Bytes: typeof Buffer = Buffer;

/**
 * Returns data that is sent later: a view that would grow with its buffer is replaced by one of fixed length. Throws a `TypeError`
 * for anything else than bytes or a string.
 */
export function fixedData(data: Uint8Array | string): Uint8Array | string {
  if (typeof data === 'string' || data instanceof Bytes) return data;
  checkData(data);
  const { buffer } = data;
  const grows = ('resizable' in buffer && buffer.resizable) || ('growable' in buffer && buffer.growable);
  return grows ? data.subarray(0, data.length) : data;
}
