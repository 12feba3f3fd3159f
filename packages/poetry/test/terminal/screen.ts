const ESCAPE = '\u001b';
const SEQUENCE = new RegExp(`^${ESCAPE}\\[([?\\d;]*)([A-Za-z])`);

/** What a terminal shows, from what is written to it: cursor, erasing, colours, and lines that are as long as it is wide at most. */
export class Screen {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Whether the cursor is to be seen. */
  cursorVisible = true;
  /** How many times a colour was set. */
  colours = 0;
  /** How many times the cursor moved up, or a part was erased. */
  moves = 0;
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #rest = '';
  readonly #listeners: Set<() => void> = new Set();

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** The lines without what is blank at their ends, and below. */
  get lines(): readonly string[] {
    const lines = this.#lines.map((line) => line.join('').trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Everything that is shown. */
  get text(): string {
    return this.lines.join('\n');
  }

  write(text: string): void {
    const all = this.#rest + text;
    this.#rest = '';
    for (let at = 0; at < all.length; ) {
      const sequence = SEQUENCE.exec(all.slice(at, at + 16));
      if (sequence !== null) {
        this.#obey(sequence[1] ?? '', sequence[2] ?? '');
        at += sequence[0].length;
      } else if (all[at] === ESCAPE) {
        if (all.length - at > 16)
          throw new Error(`an unknown escape sequence: ${JSON.stringify(all.slice(at, at + 16))}`);
        this.#rest = all.slice(at);
        return;
      } else {
        const [character = ''] = all.slice(at);
        this.#put(character);
        at += character.length;
      }
    }
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Changes the width. A terminal that `wraps` breaks longer lines then, and the cursor stays at what it stood at. */
  resize(columns: number, wraps: boolean): void {
    this.columns = columns;
    if (wraps) this.#wrap();
    for (const listener of this.#listeners) listener();
  }

  #wrap(): void {
    const before = this.#lines.splice(0);
    const row = this.#row;
    for (const [at, line] of before.entries()) {
      if (at === row) this.#row = this.#lines.length;
      for (let from = 0; from === 0 || from < line.length; from += this.columns)
        this.#lines.push(line.slice(from, from + this.columns));
    }
  }

  #obey(words: string, command: string): void {
    const count = Number(words === '' ? 1 : words);
    if (command === 'm') {
      if (!['39', '22', '0', ''].includes(words)) this.colours += 1;
      return;
    }
    if (words === '?25' && (command === 'h' || command === 'l')) {
      this.cursorVisible = command === 'h';
      return;
    }
    this.moves += 1;
    if (command === 'A') this.#row = Math.max(0, this.#row - count);
    else if (command === 'K') this.#line().length = Math.min(this.#line().length, this.#column);
    else if (command === 'J') {
      this.#line().length = Math.min(this.#line().length, this.#column);
      this.#lines.length = this.#row + 1;
    } else throw new Error(`an unknown escape sequence: ${words}${command}`);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else {
      if (this.#column >= this.columns) {
        this.#column = 0;
        this.#down();
      }
      const line = this.#line();
      while (line.length < this.#column) line.push(' ');
      line[this.#column] = character;
      this.#column += 1;
    }
  }

  #down(): void {
    this.#row += 1;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #line(): string[] {
    const line = this.#lines[this.#row];
    if (line === undefined) throw new Error(`there is no row ${this.#row}`);
    return line;
  }
}
