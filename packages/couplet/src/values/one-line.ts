/**
 * What a log or a terminal could take for an order, and what cannot be seen in it: controls, marks that turn text round or have no
 * width, ends of lines, halves of characters. They are classes of Unicode, whatever it adds to them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const BACKSLASH = /\\/g;

/** The text with everything escaped that cannot be printed: it is one line, whatever it says. A second time changes nothing. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** What a peer said, as one line from which it can be told: the backslash is doubled, so an escape is never what the peer wrote. */
export function quoted(text: string): string {
  return oneLine(text.replace(BACKSLASH, '\\\\'));
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
