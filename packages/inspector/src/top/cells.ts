import { oneLine } from 'couplet';

/** What takes no column of a terminal: marks over and around another character. */
const NONE = /\p{Mn}|\p{Me}/u;
/** What takes two: the scripts of East Asia, their full-width forms, and pictures. */
const TWO =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Most texts are of these only, which is seen sooner. */
const ASCII = /^[ -~]*$/;

/** How many columns of a terminal a text takes that has no character which it could obey. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/**
 * The text in exactly that many columns: escaped, as others have chosen it; cut, with a mark where it was; or filled up, on the left
 * if it is `toTheRight`.
 */
export function cell(text: string, columns: number, toTheRight = false): string {
  const shown = fitted(text, columns);
  const room = ' '.repeat(Math.max(0, columns - widthOf(shown)));
  return toTheRight ? room + shown : shown + room;
}

/** The text in at most that many columns: escaped, and cut, with a mark where it was. */
export function fitted(text: string, columns: number): string {
  const line = oneLine(text);
  if (widthOf(line) <= columns) return line;
  let cut = '';
  let width = 0;
  for (const character of line) {
    width += widthOfCharacter(character);
    if (width >= columns) break;
    cut += character;
  }
  return columns < 1 ? '' : `${cut}~`;
}

function widthOfCharacter(character: string): number {
  if (NONE.test(character)) return 0;
  return TWO.test(character) ? 2 : 1;
}
