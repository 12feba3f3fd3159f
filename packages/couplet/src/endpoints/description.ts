import { checkText } from '../values/checks.ts';
import { oneLine } from '../values/one-line.ts';

/**
 * Thrown by `clientFromString` and `serverFromString`, and what `listen`, `serve`, `connect` and `open` reject with, when an endpoint string
 * cannot be understood. The message, one line, quotes it and names the part. It has no cause.
 */
export class EndpointSyntaxError extends Error {
  override name = 'EndpointSyntaxError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_ENDPOINT_SYNTAX';
  /** `message` is what is wrong; whatever cannot be printed in one line is escaped. */
  constructor(message: string) {
    super(oneLine(message));
  }
}

/** The kind of endpoint that a description is of: what comes before its first colon. Throws a `TypeError` for what is no string. */
export function kindOf(text: string): string {
  checkText('description', text, 'tcp:8007');
  return text.split(':', 1).join();
}

/** The description of what is around another endpoint, and that of the endpoint: `haproxy:trusted=10.0.0.0/8:tcp:8007`. */
export function unwrap(text: string): [outer: Description, inner: string] {
  const [kind = '', ...parts] = split(text);
  const named = parts.findIndex((part) => nameAndValue(part) === undefined);
  const own = named < 0 ? parts : parts.slice(0, named);
  return [new Description([kind, ...own].join(':'), text), parts.slice(own.length).join(':')];
}

/** A description such as `tcp:8007:interface=127.0.0.1`, taken apart: the arguments by position and by name. */
export class Description {
  readonly text: string;
  readonly kind: string;
  readonly #positional: string[] = [];
  readonly #named: Map<string, string> = new Map();

  /** `whole` is what errors quote. Throws an `EndpointSyntaxError` for a duplicate argument, an open bracket or a backslash with nothing behind it. */
  constructor(text: string, whole: string = text) {
    this.text = whole;
    const [kind = '', ...parts] = split(text);
    this.kind = kind;
    for (const part of parts) this.#add(part);
  }

  /** An error that names this description and what is wrong with it. */
  wrong(what: string): EndpointSyntaxError {
    return wrong(this.text, what);
  }

  /**
   * Has the description of another endpoint read, which this one stands around: what is wrong with it is wrong here. Throws
   * for a kind that this cannot wrap: TLS may stand within `haproxy`, and nothing else within a second time.
   */
  within<T>(inner: string, read: (inner: string) => T): T {
    const banned = this.kind === 'haproxy' ? ['stdio', 'haproxy'] : ['stdio', 'haproxy', 'tls', 'ssl'];
    if (banned.includes(kindOf(inner))) throw this.wrong(`'${this.kind}' cannot wrap '${inner}'`);
    try {
      return read(inner);
    } catch (error) {
      throw error instanceof EndpointSyntaxError ? this.wrong(error.message) : error;
    }
  }

  /** Takes the next positional argument, or the one of that name. Throws when there is none. */
  required(name: string): string {
    const value = this.optional(name) ?? this.#positional.shift();
    if (value === undefined || value === '') throw this.wrong(`it has no ${name}`);
    return value;
  }

  /** Takes what stands behind the colon of a kind without arguments: nothing. */
  nothing(): void {
    if (this.#positional[0] === '') this.#positional.shift();
  }

  /** Takes the argument of that name. Throws when it is empty. */
  optional(name: string): string | undefined {
    const value = this.#named.get(name);
    this.#named.delete(name);
    if (value === '') throw this.wrong(`argument '${name}' is empty`);
    return value;
  }

  /** Takes the argument of that name, which must be one of these; undefined when it is not there. */
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const known = values.find((one) => one === value);
    if (known === undefined) throw this.wrong(`${name} '${value}' is not one of ${values.join(', ')}`);
    return known;
  }

  /** Takes a number from `least` to `most`, written in that base; `value` is what was given for `name`. */
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

  /** Throws when an argument is left that nobody took. */
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

/** Escapes a value so that it stands for itself within a description: the colon, the backslash, `=` and `[`. */
export function quoteStringArgument(value: string): string {
  return value.replace(/[\\:=[]/g, '\\$&');
}

function wrong(text: string, what: string): EndpointSyntaxError {
  return new EndpointSyntaxError(`endpoint '${text}': ${what}`);
}

/** The parts between colons; one that is escaped, or stands in the brackets of an IPv6 literal, separates nothing. */
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

/** An argument with a name, taken apart; the value has its escapes. */
function nameAndValue(part: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([A-Za-z]\w*)=(.*)$/s.exec(part) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** Without the escapes. */
function plain(part: string): string {
  return part.replace(/\\(.)/gs, '$1');
}
