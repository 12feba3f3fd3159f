/** What came of a stream, one entry after the other, each as a line of text that can be compared and shown. */
export class Sequence {
  readonly #entries: string[] = [];
  /** The raw bytes since the last entry, a character for each, by what they were given to. */
  readonly #raw = new Map<string, string>();

  /** So many entries are there, raw bytes not counted. */
  get length(): number {
    return this.#entries.length;
  }

  /** Notes a call with what it was given. */
  add(name: string, ...values: readonly unknown[]): void {
    this.#flush();
    this.#entries.push(`${name}(${values.map((value) => printed(value)).join(', ')})`);
  }

  /** Notes raw bytes. Between two calls they are one entry for each name, however many pieces they came in. */
  join(name: string, bytes: Uint8Array | string): void {
    this.#raw.set(name, `${this.#raw.get(name) ?? ''}${Buffer.from(bytes).toString('latin1')}`);
  }

  /** Everything so far. */
  list(): readonly string[] {
    this.#flush();
    return this.#entries;
  }

  #flush(): void {
    if (this.#raw.size === 0) return;
    const joined = [...this.#raw].filter(([, bytes]) => bytes !== '').sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, bytes] of joined) this.#entries.push(`${name}(bytes ${JSON.stringify(bytes)})`);
    this.#raw.clear();
  }
}

/**
 * A value as text. Values that differ in what can be seen from outside give different texts; bytes are shown as the
 * characters of Latin-1. `around` are the objects that it is in.
 */
export function printed(value: unknown, around: readonly object[] = []): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return bytesOf(value.buffer, value.byteOffset, value.length);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}n` : String(value);
  if (around.includes(value)) return 'what this is in';
  return detailed(value, [...around, value]);
}

function detailed(value: object, around: readonly object[]): string {
  const name = value.constructor?.name ?? 'Object';
  const kind = name === 'Object' || name === 'Array' ? '' : `${name} `;
  if (value instanceof ArrayBuffer) return `${kind}${bytesOf(value, 0, value.byteLength)}`;
  if (value instanceof DataView) return `${kind}${bytesOf(value.buffer, value.byteOffset, value.byteLength)}`;
  if (isIterable(value)) return `${kind}[${Array.from(value, (one) => printed(one, around)).join(', ')}]`;
  const plain: unknown = value.valueOf?.() ?? value;
  if (plain !== value) return `${kind}${printed(plain, around)}`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${printed(field, around)}`);
  return `${kind}${fields.length > 0 ? `{ ${fields.join(', ')} }` : (value.toString?.() ?? '{}')}`;
}

function bytesOf(buffer: ArrayBufferLike, at: number, length: number): string {
  return `bytes ${JSON.stringify(Buffer.from(buffer, at, length).toString('latin1'))}`;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function';
}
