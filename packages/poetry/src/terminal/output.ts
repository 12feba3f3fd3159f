import process from 'node:process';
import { oneLine } from 'couplet';
import { type Colour, hasColours, painted } from './terminal.ts';

/** What stands below the lines on a terminal, and moves down for each of them. */
export interface Footer {
  /** Takes it off the screen, so that a line can be written where it was. */
  lift(): void;
  /** Puts it back. */
  lower(): void;
}

/** Where `say` and `recite` write to. */
let output: NodeJS.WriteStream = process.stdout;
let footer: Footer | undefined;
/** The last hint. */
let hinted: string | undefined;

/** Leaves standard output to a connection: from now on `say` and `recite` write to standard error. */
export function leaveOutput(): void {
  output = process.stderr;
}

/** Whether `say` and `recite` write to a terminal. */
export function saysOnTerminal(): boolean {
  return output.isTTY === true;
}

/** From now on that stands below the lines on a terminal; undefined if nothing does. */
export function setFooter(below: Footer | undefined): void {
  footer = below;
}

/** Prints a line on standard output, unless that is a connection. On a terminal it has that colour. */
export function say(line: string, colour?: Colour): void {
  print(output, oneLine(line), colour);
}

/** Prints a value as a line of JSON where `say` prints, with everything unprintable escaped. */
export function sayJson(value: unknown): void {
  print(output, oneLine(JSON.stringify(value)));
}

/** Prints a line on standard error; on a terminal in red, and with the hint as a second line unless the last one was the same. */
export function complain(line: string, hint?: string): void {
  print(process.stderr, oneLine(line), 'red');
  if (hint === undefined || hint === hinted || !process.stderr.isTTY) return;
  hinted = hint;
  suggest(hint);
}

/** Prints a line on standard error that is not an error. */
export function note(line: string): void {
  print(process.stderr, oneLine(line));
}

/** Prints a hint on standard error, below an error. */
export function suggest(hint: string): void {
  print(process.stderr, `  ${oneLine(hint)}`);
}

/** Tells the user at a terminal something while the program ends, on the line where Ctrl-C is shown. Does nothing elsewhere. */
export function remark(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${oneLine(line)}\n`);
}

/** What a terminal obeys instead of showing it. */
const CONTROL = /(?!\r\n)[^\P{Cc}\n\t]/gu;

/** Prints a whole poem, decoded only here, and ends its last line. On a terminal its control characters are escaped. */
export function recite(poem: Buffer): void {
  const text = poem.toString('utf8');
  const shown = saysOnTerminal() ? text.replace(CONTROL, oneLine) : text;
  write(output, shown.endsWith('\n') ? shown : `${shown}\n`);
}

function print(stream: NodeJS.WriteStream, line: string, colour?: Colour): void {
  write(stream, `${colour !== undefined && hasColours(stream) ? painted(line, colour) : line}\n`);
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (footer === undefined || !stream.isTTY) {
    stream.write(text);
    return;
  }
  footer.lift();
  stream.write(text);
  footer.lower();
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
