/** The part of the font's size that a character takes at most, in the fonts that systems have. */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;
const NARROW = /[ .,:;'|!()[\]ijlft-]/;
const BROAD = /[A-Zmw%@]/;

/** How wide a text is, in pixels: an estimate that is too large rather than too small. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * size;
}

/** The text, or what of it fits with an ellipsis at its end. */
export function cut(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const room = width - size;
  let ems = 0;
  let kept = '';
  for (const character of text) {
    ems += emsOf(character);
    if (ems * size > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function emsOf(character: string): number {
  if (WIDE.test(character)) return 1;
  if (NARROW.test(character)) return 0.36;
  return BROAD.test(character) ? 0.8 : 0.6;
}
