import { checkWord } from '../values/checks.ts';

/** The answer to a lookup: the addresses; the name is `missing`; the lookup is `failing` for now; or it is `silent`, and never ends. */
export type NameAnswer = readonly string[] | 'missing' | 'failing' | 'silent';

/** The host names of a world, and their addresses. */
export class Names {
  /** How long a lookup takes, in milliseconds. */
  delayMs = 0.1;
  /** The answer to every lookup, in place of that of the name; undefined while lookups work. */
  trouble: 'failing' | 'silent' | undefined;
  readonly #answers: Map<string, NameAnswer> = new Map([['localhost', ['127.0.0.1', '::1']]]);

  /** Sets the answer to lookups of a name from now on. Throws a `TypeError` if `answer` is another word. */
  set(name: string, answer: NameAnswer): void {
    if (!Array.isArray(answer)) checkWord('answer', answer, ['missing', 'failing', 'silent']);
    this.#answers.set(name.toLowerCase(), answer);
  }

  /** Returns the present answer to a lookup of a name. */
  answerTo(name: string): NameAnswer {
    return this.trouble ?? this.#answers.get(name.toLowerCase()) ?? 'missing';
  }
}
