import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { above } from '../values/above.ts';

/** Reads a poem. Rejects with an `Error` that names the file when it cannot be read, or is empty. */
export async function readPoem(path: string): Promise<Buffer> {
  let poem: Buffer;
  try {
    poem = await readFile(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${causeOf(error)}`, { cause: error });
  }
  if (poem.length === 0) throw new Error(`${path} is empty`);
  return poem;
}

/** The folder of the poems that come with this program, whether it runs from its sources or its build. */
export function poemFolder(): string {
  return join(above('poetry/ecstasy.txt'), 'poetry');
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  return getSystemErrorMap().get(number)?.[1] ?? error.message;
}
