import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What `npm pack` says of a package. */
export interface Tarball {
  /** The path of the file. */
  readonly path: string;
  /** The name of the package. */
  readonly name: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs what is in a folder of `packages`, as it would be published, into a folder. Throws an `Error` when npm fails. */
export function pack(name: string, folder: string): Tarball {
  const words = ['pack', '--json', '--pack-destination', folder];
  const { stdout, stderr, status } = spawnSync('npm', words, { cwd: join('packages', name), encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  const [packed] = JSON.parse(stdout);
  return { ...packed, path: join(folder, packed.filename) };
}

/** Puts a tarball where a program in that folder finds it. Throws an `Error` when tar fails. */
export function unpack({ path, name }: Tarball, folder: string): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  const { stderr, status } = spawnSync('tar', ['-xzf', path, '--strip-components=1', '-C', place], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
}

/** Puts what a package depends on where a program in that folder finds it, as it is installed here. */
export function linkDependencies(source: string, folder: string): void {
  const { dependencies }: { readonly dependencies: object } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  );
  for (const name of Object.keys(dependencies)) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(resolve('node_modules', name), place);
  }
}

/** The bytes of a tarball, in a buffer of their own. */
export function bytesOf({ path }: Tarball): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
