import type { Fence } from '../markdown.ts';

/** A command of a console session, with what it prints. */
export interface Step {
  readonly line: number;
  readonly command: string;
  /** True when the command goes on while the next ones run. */
  readonly stays: boolean;
  readonly printed: readonly string[];
  /** What it prints after Ctrl-C, if that is typed. */
  readonly interrupted: readonly string[] | undefined;
}

/** The commands of a `console` fence: `$ command`, `$ command &`, what each prints, and `^C` where it is interrupted. */
export function stepsOf({ line, text }: Fence): Step[] {
  const steps: { line: number; command: string; lines: string[] }[] = [];
  for (const [at, one] of text.split('\n').entries()) {
    const last = steps.at(-1);
    if (one.startsWith('$ ')) steps.push({ line: line + at + 1, command: one.slice(2).trim(), lines: [] });
    else if (last === undefined) throw new Error(`line ${line + at + 1}: a session begins with a command`);
    else if (last.lines.length === 0 && last.command.endsWith('\\'))
      last.command = `${last.command.slice(0, -1)}${one.trim()}`;
    else last.lines.push(one);
  }
  return steps.map(({ line: from, command, lines }) => {
    const interrupt = lines.indexOf('^C');
    return {
      line: from,
      command: command.replace(/\s*&$/, ''),
      stays: /[^&]&$/.test(command),
      printed: interrupt < 0 ? lines : lines.slice(0, interrupt),
      interrupted: interrupt < 0 ? undefined : lines.slice(interrupt + 1),
    };
  });
}

/** What earlier lines have told, by the names that pages gave it. */
export type Told = Map<string, string>;

const NAMED = /(?<!\$)\{([a-z]\w*)\}/g;

/** A command with what earlier lines have told. Throws when a name in it is not known. */
export function filled(command: string, told: Told): string {
  return command.replace(NAMED, (_, name) => {
    const value = told.get(name);
    if (value === undefined) throw new Error(`no line before '${command}' tells {${name}}`);
    return value;
  });
}

/**
 * True when that is what was printed: whole, or at its beginning. In lines `...` stands for anything, as a line for any lines; a name in braces
 * stands for a word without spaces, which is kept in `told`.
 */
export function matches(text: string, lines: readonly string[], told: Told, whole: boolean): boolean {
  const seen = new Set<string>();
  const inLine = (line: string): string =>
    line
      .split(/(\.\.\.|(?<!\$)\{[a-z]\w*\})/)
      .map((part) => {
        if (part === '...') return '.*?';
        const [, name] = /^\{([a-z]\w*)\}$/.exec(part) ?? [];
        if (name === undefined) return escaped(part);
        const value = told.get(name);
        if (value !== undefined) return escaped(value);
        if (seen.has(name)) return `\\k<${name}>`;
        seen.add(name);
        return `(?<${name}>\\S+?)`;
      })
      .join('');
  const pattern = lines
    .map((line) => (line.trim() === '...' ? '(?:.*\\n)*?' : `${inLine(line.trimEnd())}\\n`))
    .join('');
  const printed = `${text.replace(/[ \t\r]+$/gm, '').trimEnd()}\n`.replace(/^\n$/, '');
  const found = new RegExp(`^${pattern}${whole ? '$' : ''}`).exec(printed);
  for (const [name, value] of Object.entries(found?.groups ?? {})) told.set(name, value);
  return found !== null;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
