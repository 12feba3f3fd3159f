import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above this program that has such a file, whether it runs from its sources or its build. */
export function above(file: string): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return folder;
    if (folder === dirname(folder)) throw new Error(`no ${file} above ${import.meta.dirname}`);
  }
}
