import { readFile } from 'node:fs/promises';
import { reasonOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** Reads a file of text in UTF-8. Throws a `CommandError` with 66 if it cannot be read, and with 78 if it is not UTF-8. */
export async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CommandError(`cannot read ${path}: ${reasonOf(error)}`, EXIT.noInput, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(`${path} is not text in UTF-8`, EXIT.configuration, { cause: error });
  }
}
