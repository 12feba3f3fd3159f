import { fileURLToPath } from 'node:url';

/** A place in a stack: a file of the program, not of the runtime. */
const PLACE = /(?:^|[\s(])(file:\/\/[^\s()]+?|\/[^\s()]+?):(\d+)(?::\d+)?\)?$/m;

/** Returns the first place in the stack of an error that is a file, as `FILE:LINE`; undefined if there is none. */
export function placeIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const [, file, line] = PLACE.exec(error.stack) ?? [];
  if (file === undefined) return undefined;
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}`;
}
