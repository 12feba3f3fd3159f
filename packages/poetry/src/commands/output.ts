import process from 'node:process';
import { oneLine } from 'couplet';

/** Where `say` and `recite` write to. */
let output: NodeJS.WriteStream = process.stdout;

/** Leaves standard output to a connection: from now on `say` and `recite` write to standard error. */
export function leaveOutput(): void {
  output = process.stderr;
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
