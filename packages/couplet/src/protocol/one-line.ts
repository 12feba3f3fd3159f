/** Control characters would let a peer write lines of its own into the log. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** The text with every control character escaped: it is one line, whatever it says. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
