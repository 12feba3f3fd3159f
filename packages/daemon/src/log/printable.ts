/**
 * What a terminal or a reader of lines could obey, and what cannot be seen: controls, marks without width or of direction, line ends,
 * halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Most texts are of these only, which is seen sooner. */
const ASCII = /^[ -~]*$/;

/**
 * Writes each character that cannot be printed as `\u` and four digits, so that the text is one line. In the text of a JSON value, where
 * such characters are only within strings, that changes nothing of the value.
 */
export function printable(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at += 1)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}
