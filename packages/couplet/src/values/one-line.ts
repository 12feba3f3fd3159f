/**
 * Characters that a log or a terminal could obey, and those that cannot be seen: controls, marks that reverse the direction of text
 * or have no width, line ends, halves of surrogate pairs. These are classes of Unicode, so characters that it adds are covered.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const BACKSLASH = /\\/g;

/**
 * Escapes every character of a text that a terminal could obey, or that cannot be seen: a new line as `\n`, any other as `\u` and four
 * digits for each of its UTF-16 units. So the text is one line. In JSON that changes nothing of the value. Applied
 * twice it changes nothing more.
 */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** Escapes what a peer sent, as `oneLine` does, and doubles backslashes: so the original can be read back from the line. */
export function quoted(text: string): string {
  return oneLine(text.replace(BACKSLASH, '\\\\'));
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  let text = '';
  for (let at = 0; at < character.length; at += 1)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}
