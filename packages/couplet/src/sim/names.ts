import { checkWord } from '../values/checks.ts';

/** What becomes of a look-up: the addresses, `missing`, `failing` for now, or `silent`: it never ends. */
export type NameAnswer = readonly string[] | 'missing' | 'failing' | 'silent';

/** The names of a world and what they stand for. Both may change at any time. */
export class Names {
  /** How long a look-up takes, in milliseconds. */
  delayMs = 0.1;
  /** What every look-up meets, whatever the name; undefined for nothing unusual. */
  trouble: 'failing' | 'silent' | undefined;
  readonly #answers: Map<string, NameAnswer> = new Map([['localhost', ['127.0.0.1', '::1']]]);

  /** From now on the name is answered like that. Throws a `TypeError` for what is no answer. */
  set(name: string, answer: NameAnswer): void {
    if (!Array.isArray(answer)) checkWord('answer', answer, ['missing', 'failing', 'silent']);
    this.#answers.set(name.toLowerCase(), answer);
  }

  /** How the name is answered now. */
  answerTo(name: string): NameAnswer {
    return this.trouble ?? this.#answers.get(name.toLowerCase()) ?? 'missing';
  }
}
