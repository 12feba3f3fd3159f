import process from 'node:process';

/** What a terminal could take for a command, and what is invisible. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Where `say` and `recite` write to. */
let output: NodeJS.WriteStream = process.stdout;

/** Leaves standard output to a connection: from now on `say` and `recite` write to standard error. */
export function leaveOutput(): void {
  output = process.stderr;
}

/** The text with everything unprintable escaped: whatever a peer or a user put into it, it stays one line. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === '\n') return '\\n';
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** Prints a line on standard output, unless that is a connection. */
export function say(line: string): void {
  output.write(`${oneLine(line)}\n`);
}

/** Prints a line on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/** Prints a whole poem, decoded only here, and ends its last line. */
export function recite(poem: Buffer): void {
  const text = poem.toString('utf8');
  output.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Ends the program with status 1 when its output can no longer be written: silently when the reader has left
 * (`get-poetry 10000 | head -1`), with an error line otherwise, such as for a full disk.
 */
export function watchOutput(program: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') complain(`${program}: standard output: ${error.message}`);
    process.exit(1);
  });
  process.stderr.on('error', () => process.exit(1));
}
