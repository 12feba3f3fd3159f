const ZERO = 48;

const values = new Map<string, Buffer>();

/** What answers a SET. */
export const OK = '+OK';

/** Carries a command out, SET or GET. Returns the value that was asked for, or `OK`. Throws an `Error` for what there is not. */
export function execute([name, key, value]: readonly Buffer[]): Buffer | typeof OK {
  const place = key?.toString('latin1') ?? '';
  switch (name?.toString('latin1')) {
    case 'SET':
      if (value === undefined) break;
      values.set(place, value);
      return OK;
    case 'GET': {
      const found = values.get(place);
      if (found !== undefined) return found;
    }
  }
  throw new Error(`no such command or key: ${name?.toString('latin1')} ${place}`);
}

/** The number behind the first byte of a header line. */
export function numberOf(header: Buffer): number {
  let number = 0;
  for (let at = 1; at < header.length; at += 1) number = 10 * number + (header[at] ?? 0) - ZERO;
  return number;
}
