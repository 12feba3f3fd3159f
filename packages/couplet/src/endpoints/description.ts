import { checkText } from '../values/checks.ts';
import { oneLine } from '../values/one-line.ts';
import { quoteStringArgument } from '../values/quote.ts';

/**
 * An endpoint description is wrong, or a file that it names cannot be used. `clientFromString` and `serverFromString` throw it;
 * `listen`, `serve`, `connect` and `open` reject with it. The message is one line that quotes the description and names the part
 * which is wrong. It has no cause.
 */
export class EndpointSyntaxError extends Error {
  override name = 'EndpointSyntaxError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_ENDPOINT_SYNTAX';
  /** Makes the error. Characters of `message` that cannot be printed in one line are escaped. */
  constructor(message: string) {
    super(oneLine(message));
  }
}

/** Returns the kind of endpoint of a description, which is the text before its first colon. Throws a `TypeError` if it is not a string. */
export function kindOf(text: string): string {
  checkText('description', text, 'tcp:8007');
  return text.split(':', 1).join();
}

/** Divides a description such as `haproxy:trusted=10.0.0.0/8:tcp:8007` into that of the outer endpoint and that of the inner one. */
export function unwrap(text: string): [outer: Description, inner: string] {
  const [kind = '', ...parts] = split(text);
  const named = parts.findIndex((part) => nameAndValue(part) === undefined);
  const own = named < 0 ? parts : parts.slice(0, named);
  return [new Description([kind, ...own].join(':'), text), parts.slice(own.length).join(':')];
}

/** Has a function take all arguments of a description, and returns what that returns. Throws if an argument is left. */
export function taking<T>(text: string, take: (description: Description) => T): T {
  const description = new Description(text);
  if (text === `${description.kind}:`) description.nothing();
  const taken = take(description);
  description.finish();
  return taken;
}

/**
 * A description such as `tcp:8007:interface=127.0.0.1`, taken apart: the arguments by position and by name. Each is taken once, without
 * its escapes. Where this throws, it is an `EndpointSyntaxError`.
 */
export class Description {
  /** The whole description, as it was written. */
  readonly text: string;
  /** The kind of endpoint: what stands before the first colon. */
  readonly kind: string;
  readonly #positional: string[] = [];
  readonly #named: Map<string, string> = new Map();

  /** `whole` is the text that errors quote. Throws an `EndpointSyntaxError` for a duplicate argument, an open bracket or a final backslash. */
  constructor(text: string, whole: string = text) {
    this.text = whole;
    const [kind = '', ...parts] = split(text);
    this.kind = kind;
    for (const part of parts) this.#add(part);
  }

  /** Returns an error that quotes this description and says what is wrong with it. */
  wrong(what: string): EndpointSyntaxError {
    return wrong(this.text, what);
  }

  /**
   * Reads the description of the endpoint that this one wraps; its errors become errors of this description. Throws if this
   * cannot wrap its kind: `haproxy` may wrap TLS, and nothing else can be wrapped twice.
   */
  within<T>(inner: string, read: (inner: string) => T): T {
    const banned = this.kind === 'haproxy' ? ['stdio', 'exec', 'haproxy'] : ['stdio', 'exec', 'haproxy', 'tls', 'ssl'];
    if (banned.includes(kindOf(inner))) throw this.wrong(`'${this.kind}' cannot wrap '${inner}'`);
    try {
      return read(inner);
    } catch (error) {
      throw error instanceof EndpointSyntaxError ? this.wrong(error.message) : error;
    }
  }

  /** Takes the argument of that name, or else the next positional one. Throws if there is none. */
  required(name: string): string {
    const value = this.optional(name) ?? this.#positional.shift();
    if (value === undefined || value === '') throw this.wrong(`it has no ${name}`);
    return value;
  }

  /** Takes the empty text after the colon of a kind without arguments. */
  nothing(): void {
    if (this.#positional[0] === '') this.#positional.shift();
  }

  /** Takes the argument of that name; undefined if there is none. Throws if it is empty. */
  optional(name: string): string | undefined {
    const value = this.#named.get(name);
    this.#named.delete(name);
    if (value === '') throw this.wrong(`argument '${name}' is empty`);
    return value;
  }

  /** Takes the argument of that name; undefined if there is none. Throws if it is not one of `values`. */
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const known = values.find((one) => one === value);
    if (known === undefined) throw this.wrong(`${name} '${value}' is not one of ${values.join(', ')}`);
    return known;
  }

  /** Reads `value`, that of the argument `name`, as a number from `least` to `most` in that base. Throws if it is not one. */
  number(name: string, value: string, least: number, most: number, base: 8 | 10 = 10): number {
    const digits = base === 8 ? /^[0-7]{1,6}$/ : /^\d{1,10}$/;
    const number = digits.test(value) ? Number.parseInt(value, base) : Number.NaN;
    if (!(number >= least && number <= most)) {
      throw this.wrong(
        `${name} '${value}' is not ${base === 8 ? 'an octal' : 'a'} number from ${least.toString(base)} to ${most.toString(base)}`,
      );
    }
    return number;
  }

  /** Throws if an argument is left that was not taken. */
  finish(): void {
    const [extra] = this.#positional;
    if (extra !== undefined) throw this.wrong(`'${extra}' is one argument too many`);
    const [unknown] = this.#named.keys();
    if (unknown !== undefined) throw this.wrong(`'${this.kind}' takes no argument '${unknown}'`);
  }

  #add(part: string): void {
    const [name, value] = nameAndValue(part) ?? [];
    if (name === undefined || value === undefined) this.#positional.push(plain(part));
    else if (this.#named.has(name)) throw this.wrong(`argument '${name}' is given twice`);
    else this.#named.set(name, plain(value));
  }
}

function wrong(text: string, what: string): EndpointSyntaxError {
  return new EndpointSyntaxError(`endpoint '${text}': ${what}`);
}

/** The parts between colons. A colon that is escaped, or in the brackets of an IPv6 literal, does not separate. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      at += 1;
      if (at === text.length) throw wrong(text, 'nothing follows the last backslash');
      part += `\\${text.charAt(at)}`;
    } else if (character === '[' && parts.length > 0 && (part === '' || part.endsWith('='))) {
      const end = text.indexOf(']', at);
      if (end < 0) throw wrong(text, "'[' is never closed");
      part += quoteStringArgument(text.slice(at + 1, end));
      at = end;
      const next = text.charAt(at + 1);
      if (next !== '' && next !== ':') throw wrong(text, `'${next}' follows ']'`);
    } else if (character === ':') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  return parts;
}

/** Divides an argument with a name; the value keeps its escapes. Undefined for one without a name. */
function nameAndValue(part: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([A-Za-z]\w*)=(.*)$/s.exec(part) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** The text without its escapes. */
function plain(part: string): string {
  return part.replace(/\\(.)/gs, '$1');
}
