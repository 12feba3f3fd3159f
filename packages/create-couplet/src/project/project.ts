import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is asked for cannot be done: exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const PACKAGE: string = fileURLToPath(import.meta.resolve('create-couplet/package.json'));
const TEMPLATE: string = join(PACKAGE, '../template');

/** The name of the project in the files of the template, and of its unit. */
const NAME = 'hello';
const UNIT = `${NAME}.service`;

/** What npm takes as the name of a package, and systemd in that of a unit. */
const VALID = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** The version of this package, which is that of the `couplet` it goes with. */
export function version(): string {
  return readJSON(PACKAGE).version;
}

/**
 * Makes a folder of that name with the files of the template. `tarball` is where its `couplet` comes from, if not from the registry.
 * Returns the names of the files. Throws a `UsageError` if the name is not one for a package, the folder has something in it, or there is
 * no such tarball.
 */
export function createProject(name: string, tarball?: string): string[] {
  if (!VALID.test(name))
    throw new UsageError(
      `'${name}' is not a name: it takes a-z, 0-9, '-', '.' and '_', and begins with a letter or digit`,
    );
  const couplet = tarball === undefined ? `^${version()}` : `file:${existing(tarball)}`;
  makeEmpty(name);
  const { dependencies, ...manifest } = readJSON(join(TEMPLATE, 'package.json'));
  const written = { ...manifest, name, dependencies: { ...dependencies, couplet } };
  writeFileSync(join(name, 'package.json'), `${JSON.stringify(written, undefined, 2)}\n`);
  for (const file of ['tsconfig.json', 'server.ts', 'server.test.ts'])
    copyFileSync(join(TEMPLATE, file), join(name, file));
  const unit = readFileSync(join(TEMPLATE, UNIT), 'utf8');
  writeFileSync(join(name, `${name}.service`), unit.replaceAll(NAME, name));
  return readdirSync(name).sort();
}

/** The whole path of a file. Throws a `UsageError` if there is none. */
function existing(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return resolve(file);
  throw new UsageError(`--couplet: there is no file '${file}'`);
}

/** Makes a folder, unless there is an empty one. Throws a `UsageError` if there is something else. */
function makeEmpty(folder: string): void {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there?.isDirectory() === false) throw new UsageError(`'${folder}' is there already, and is not a folder`);
  if (there !== undefined && readdirSync(folder).length > 0)
    throw new UsageError(`the folder '${folder}' is there already, and is not empty`);
  mkdirSync(folder, { recursive: true });
}

function readJSON(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
