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
    this.#entries.push(`${name}(${values.map(printed).join(', ')})`);
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

/** A value as text. Values of different contents give different texts; bytes are shown as the characters of Latin-1. */
export function printed(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `bytes ${JSON.stringify(Buffer.from(value).toString('latin1'))}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}n` : String(value);
  if (Array.isArray(value)) return listed(value);
  const kind = value.constructor === Object ? '' : `${value.constructor?.name} `;
  if (isIterable(value)) return `${kind}${listed(value)}`;
  const plain: unknown = value.valueOf();
  if (plain !== value) return `${kind}${printed(plain)}`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${printed(field)}`);
  return `${kind}{ ${fields.join(', ')} }`;
}

function listed(values: Iterable<unknown>): string {
  return `[${Array.from(values, printed).join(', ')}]`;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function';
}
