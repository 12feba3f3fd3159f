/** A key: a character, or the name of one that has none. */
export type Keystroke =
  | { readonly character: string }
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'erase'
  | 'eraseAll'
  | 'interrupt'
  | 'suspend';

/** What terminals send for keys that have no character. */
const SEQUENCES: readonly (readonly [string, Keystroke])[] = [
  ['\u001b[A', 'up'],
  ['\u001bOA', 'up'],
  ['\u001b[B', 'down'],
  ['\u001bOB', 'down'],
  ['\u001b[5~', 'pageUp'],
  ['\u001b[6~', 'pageDown'],
  ['\u001b[H', 'home'],
  ['\u001bOH', 'home'],
  ['\u001b[1~', 'home'],
  ['\u001b[F', 'end'],
  ['\u001bOF', 'end'],
  ['\u001b[4~', 'end'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\u007f', 'erase'],
  ['\b', 'erase'],
  ['\u0015', 'eraseAll'],
  ['\u0003', 'interrupt'],
  ['\u001a', 'suspend'],
];

/** A sequence of another key, which is left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal sends.
const UNKNOWN = /^\u001b(?:[[O][0-9;?]*[ -/]*[@-~]?|.)/s;

/** The keys in what was typed, as a terminal that hands on each one sends it. */
export function keystrokesOf(typed: string): readonly Keystroke[] {
  const keys: Keystroke[] = [];
  let rest = typed;
  while (rest !== '') {
    const [sequence, key] = SEQUENCES.find(([one]) => rest.startsWith(one)) ?? other(rest);
    if (key !== undefined) keys.push(key);
    rest = rest.slice(sequence.length);
  }
  return keys;
}

function other(rest: string): readonly [sequence: string, key: Keystroke | undefined] {
  if (rest === '\u001b') return [rest, 'escape'];
  const [unknown] = UNKNOWN.exec(rest) ?? [];
  if (unknown !== undefined) return [unknown, undefined];
  const [character = ''] = rest;
  return [character, character < ' ' ? undefined : { character }];
}
