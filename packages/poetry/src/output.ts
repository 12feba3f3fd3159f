import process from 'node:process';

const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/** The text with its control characters escaped, so that whatever a peer or a user put into it, it stays one line. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints a line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${oneLine(line)}\n`);
}

/** Prints a line on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/** Prints a whole poem as it is, decoded here and only here, and ends its last line. */
export function recite(poem: Buffer): void {
  const text = poem.toString('utf8');
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Ends the program with status 1 when its output can no longer be written: without a word when the reader has left
 * (`get-poetry 10000 | head -1`), with a line of its own for anything else, such as a full disk.
 */
export function watchOutput(program: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') complain(`${program}: standard output: ${error.message}`);
    process.exit(1);
  });
  process.stderr.on('error', () => process.exit(1));
}
