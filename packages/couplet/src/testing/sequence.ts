/** Raw bytes between two calls, a character for each, by what they were given to. */
type Raw = Map<string, string>;

/** What came of a stream, one entry after the other, each as a line of text that can be compared and shown. */
export class Sequence {
  /** The calls, and before each the raw bytes since the one before it. */
  readonly #calls: { readonly raw: Raw; readonly call: string }[] = [];
  /** The raw bytes since the last call. */
  #raw: Raw = new Map();

  /** Notes a call with what it was given. */
  add(name: string, ...values: readonly unknown[]): void {
    this.#calls.push({ raw: this.#raw, call: `${name}(${values.map((value) => printed(value)).join(', ')})` });
    this.#raw = new Map();
  }

  /** Notes raw bytes. Between two calls they are one entry for each name, however many pieces they came in. */
  join(name: string, bytes: Uint8Array | string): void {
    this.#raw.set(name, `${this.#raw.get(name) ?? ''}${Buffer.from(bytes).toString('latin1')}`);
  }

  /** Takes raw bytes back that were the last ones for that name, if they were: they were given to it and not wanted. */
  takeBack(name: string, bytes: Uint8Array): void {
    let left = Buffer.from(bytes).toString('latin1');
    const kept: [raw: Raw, text: string][] = [];
    for (let at = this.#calls.length; at >= 0 && left !== ''; at -= 1) {
      const raw = this.#calls[at]?.raw ?? this.#raw;
      const text = raw.get(name) ?? '';
      const taken = Math.min(left.length, text.length);
      if (!left.endsWith(text.slice(text.length - taken))) return;
      left = left.slice(0, left.length - taken);
      kept.push([raw, text.slice(0, text.length - taken)]);
    }
    if (left !== '') return;
    for (const [raw, text] of kept) raw.set(name, text);
  }

  /** Everything so far. */
  list(): readonly string[] {
    return [...this.#calls.flatMap(({ raw, call }) => [...entriesOf(raw), call]), ...entriesOf(this.#raw)];
  }
}

function entriesOf(raw: Raw): string[] {
  const given = [...raw].filter(([, bytes]) => bytes !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  return given.map(([name, bytes]) => `${name}(bytes ${JSON.stringify(bytes)})`);
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
