/**
 * Divides a command into words. Blanks divide; between two quotes, single or double, everything is taken as it is, and what stands next to
 * a quote belongs to the same word. Nothing is expanded, and no character is special inside quotes. Throws what `wrong` returns for a
 * quote that is never closed.
 */
export function wordsOf(text: string, wrong: (what: string) => Error): string[] {
  const words: string[] = [];
  // Blanks, then pieces that make one word.
  for (const [, word = ''] of text.matchAll(/\s*((?:[^\s'"]|'[^']*'|"[^"]*"|['"])+)/g)) {
    const rest = word.replace(/'[^']*'|"[^"]*"/g, '');
    const [open] = /['"]/.exec(rest) ?? [];
    if (open !== undefined) throw wrong(`${open} is never closed`);
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single: string = '', double: string = '') => single + double));
  }
  return words;
}
