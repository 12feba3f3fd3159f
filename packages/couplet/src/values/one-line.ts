/**
 * Characters that a log or a terminal could obey, and those that cannot be seen: controls, marks that reverse the direction of text
 * or have no width, line ends, halves of surrogate pairs. These are classes of Unicode, so characters that it adds are covered.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const BACKSLASH = /\\/g;

/** Escapes every character of a text that cannot be printed, so that it is one line. Applied twice it changes nothing more. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** Escapes what a peer sent, as `oneLine` does, and doubles backslashes: so the original can be read back from the line. */
export function quoted(text: string): string {
  return oneLine(text.replace(BACKSLASH, '\\\\'));
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
