import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/** What is used of the hooks of `import`: since Node 22.15 and 23.5. */
interface LoadHooks {
  load(url: string, context: object, next: (url: string, context: object) => object): object;
}

/** Remembers the files that are imported from now on. */
export class Imports {
  readonly #files: Set<string> | undefined;

  constructor() {
    const register: unknown = Reflect.get(nodeModule, 'registerHooks');
    if (typeof register !== 'function') return;
    const files = new Set<string>();
    const hooks: LoadHooks = {
      load: (url, context, next) => {
        if (url.startsWith('file:')) files.add(fileURLToPath(url.replace(/[?#].*$/, '')));
        return next(url, context);
      },
    };
    register(hooks);
    this.#files = files;
  }

  /** The latest; undefined where imports cannot be recorded. */
  get latest(): string | undefined {
    return [...(this.#files ?? [])].at(-1);
  }

  /** A hash of each of them, and of the `others`, by their paths; undefined where imports cannot be recorded. */
  hashes(others: readonly string[]): Readonly<Record<string, string>> | undefined {
    return this.#files === undefined ? undefined : hashesOf([...this.#files, ...others]);
  }
}

/** A hash of each file, by its path; of one that cannot be read the reason. */
export function hashesOf(files: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...new Set(files)].sort().map((file) => [file, hashOf(file)]));
}

function hashOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
