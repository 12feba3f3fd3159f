/**
 * The words of a text by which a page is found: Latin words whole, and of Chinese each two letters that stand beside each other, so that a text
 * and a query are cut alike wherever they begin. The site's pages get the source of this function: it uses nothing from around it.
 */
export function tokenize(text: string): string[] {
  const runs = text.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? [];
  return runs.flatMap((run) => {
    if (!/^\p{Script=Han}{2}/u.test(run)) return [run];
    const letters = [...run];
    return letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
  });
}

/** How much of a word may be mistyped: none of Chinese, where each pair of letters is another word. */
export function fuzziness(word: string): number {
  return /\p{Script=Han}/u.test(word) ? 0 : 0.2;
}
