/** What somebody writes, as bytes: a string in UTF-8. Throws a `TypeError` for anything else. */
export function chunkOf(data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  throw new TypeError(`write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}
