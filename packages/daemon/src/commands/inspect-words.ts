/** What stands behind it, up to here, is a command line's own. */
const END = '--';
const BARE = '--inspect';
const WITH_VALUE = '--inspect=';

/** The words of a command line in which `--inspect` alone has a value: the word behind it is not meant as one. */
export function withInspectValue(words: readonly string[]): readonly string[] {
  const end = endOf(words);
  return words.map((word, at) => (at < end && word === BARE ? `${WITH_VALUE}on` : word));
}

/** Takes `--inspect` out of the words behind the name of a plug-in, so that it may stand there: `npm start -- --inspect` puts it there. */
export function takeInspect(words: readonly string[]): { readonly inspect?: string; readonly rest: readonly string[] } {
  const end = endOf(words);
  const isInspect = (word: string, at: number): boolean => at < end && word.startsWith(WITH_VALUE);
  const rest = words.filter((word, at) => !isInspect(word, at));
  const inspect = words.findLast(isInspect)?.slice(WITH_VALUE.length);
  return { rest, ...(inspect !== undefined && { inspect }) };
}

function endOf(words: readonly string[]): number {
  const end = words.indexOf(END);
  return end < 0 ? words.length : end;
}
