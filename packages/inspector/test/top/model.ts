/**
 * What a terminal shows after what it was sent, as far as `couplet-top` sends it: the cursor's home, line ends, erasing to the end of the
 * line or the screen, the alternate screen, the cursor shown or hidden. Anything else throws.
 */
export class TerminalModel {
  readonly #width: number;
  #screens: { main: string[]; alternate: string[] } = { main: [''], alternate: [''] };
  #alternate = false;
  #row = 0;
  #column = 0;
  /** Whether the cursor can be seen. */
  cursor = true;
  /** How many columns the widest line of the alternate screen ever took. */
  widest = 0;
  /** How many lines the alternate screen ever had. */
  deepest = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get alternate(): boolean {
    return this.#alternate;
  }

  get lines(): readonly string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  get #lines(): string[] {
    return this.#alternate ? this.#screens.alternate : this.#screens.main;
  }

  write(text: string): void {
    for (const [part] of text.matchAll(/\p{Cc}\[[?0-9;]*[A-Za-z]|\P{Cc}+|\p{Cc}/gu)) {
      if (part.startsWith('\u001b[')) this.#obey(part.slice(2));
      else if (part === '\r') this.#column = 0;
      else if (part === '\n') this.#row += 1;
      else if (/\p{Cc}/u.test(part)) throw new Error(`a terminal would obey ${JSON.stringify(part)}`);
      else this.#put(part);
    }
  }

  #put(text: string): void {
    while (this.#lines.length <= this.#row) this.#lines.push('');
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
    if (!this.#alternate) return;
    this.widest = Math.max(this.widest, this.#column);
    this.deepest = Math.max(this.deepest, this.#row + 1);
    if (this.#column > this.#width) throw new Error(`wider than ${this.#width}: ${JSON.stringify(text)}`);
  }

  #obey(sequence: string): void {
    if (/^[0-9;]*m$/.test(sequence)) return;
    const lines = this.#lines;
    switch (sequence) {
      case 'H':
        this.#row = 0;
        this.#column = 0;
        break;
      case 'K':
        lines[this.#row] = (lines[this.#row] ?? '').slice(0, this.#column);
        break;
      case 'J':
        lines[this.#row] = (lines[this.#row] ?? '').slice(0, this.#column);
        lines.length = this.#row + 1;
        break;
      case '?1049h':
        this.#alternate = true;
        this.#screens = { main: this.#screens.main, alternate: [''] };
        this.#row = 0;
        this.#column = 0;
        break;
      case '?1049l':
        this.#alternate = false;
        this.#row = this.#screens.main.length - 1;
        this.#column = 0;
        break;
      case '?25l':
      case '?25h':
        this.cursor = sequence === '?25h';
        break;
      default:
        throw new Error(`an escape sequence that is not known: ${JSON.stringify(sequence)}`);
    }
  }
}
