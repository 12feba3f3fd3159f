import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** A place in a stack: a file of the program, not of the runtime. */
const PLACE = /(?:^|[\s(])(file:\/\/[^\s()]+?|\/[^\s()]+?):(\d+)(?::\d+)?\)?$/gm;

/** Where these packages are: what they throw because of a wrong argument is to be mended where they were called. */
const OURS = [import.meta.url, import.meta.resolve('couplet')].map((url) =>
  fileURLToPath(url.replace(/^(.*\/(?:src|dist)\/).*$/, '$1')),
);

/** Returns the first place in the stack of an error that is a file of the application, as `FILE:LINE`; undefined if there is none. */
export function placeIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const places = [...error.stack.matchAll(PLACE)].map(([, file = '', line]) => ({
    file: file.startsWith('file:') ? fileURLToPath(file) : file,
    line,
  }));
  const found = places.find(({ file }) => !OURS.some((folder) => file.startsWith(folder)));
  return found === undefined ? undefined : `${found.file}:${found.line}`;
}

/** How long the runtime may take to parse a file, in milliseconds. */
const CHECK_MS = 5000;

/** Returns where a file cannot be parsed, as `FILE:LINE`: errors of an import do not tell that. Undefined if it can be, or with another error. */
export function placeOfSyntax(error: unknown, file: string): string | undefined {
  if (!(error instanceof SyntaxError) || placeIn(error) !== undefined) return undefined;
  // Others would run the file.
  const { bun, deno } = process.versions;
  if (bun !== undefined || deno !== undefined) return undefined;
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: CHECK_MS });
  const [place = ''] = stderr.split('\n', 1);
  return place.startsWith(file) ? place : undefined;
}
