/**
 * The words of a text by which a page is found: Latin words whole, and of Chinese each two letters that stand beside each other, so that a text
 * and a query are cut alike wherever they begin. The site's pages get the source of these functions: they use nothing from around them.
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

/**
 * How much a page counts by its address: most readers look for what to do, few for why it is so, and long tables have each name without saying
 * much about it.
 */
export function weight(address: string): number {
  if (/\/explain\/(?:decisions\/|planted-bugs)/.test(address)) return 0.2;
  if (/\/(?:twisted\/names|reference\/options)/.test(address)) return 0.4;
  return /\/guide\//.test(address) ? 1.3 : 1;
}
