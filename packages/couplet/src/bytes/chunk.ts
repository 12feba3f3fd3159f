/** What somebody writes, as bytes: a string in UTF-8. Throws a `TypeError` for anything else. */
export function chunkOf(data: Uint8Array | string): Uint8Array {
  checkData(data);
  return typeof data === 'string' ? Buffer.from(data) : data;
}

/** Throws a `TypeError` for anything else than bytes or a string. */
export function checkData(data: Uint8Array | string): void {
  if (typeof data === 'string' || data instanceof Uint8Array) return;
  throw new TypeError(`write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}
