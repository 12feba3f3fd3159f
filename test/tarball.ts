import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm pack` says of a package. */
export interface Tarball {
  /** The path of the file. */
  readonly path: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs `couplet`, as it would be published, into a folder. Throws an `Error` when npm fails. */
export function pack(folder: string): Tarball {
  const words = ['pack', '--json', '--pack-destination', folder];
  const { stdout, stderr, status } = spawnSync('npm', words, { cwd: 'packages/couplet', encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  const [{ filename, unpackedSize, files }] = JSON.parse(stdout);
  return { path: join(folder, filename), unpackedSize, files };
}

/** Puts a tarball where a program in that folder finds it. Throws an `Error` when tar fails. */
export function unpack({ path }: Tarball, folder: string): void {
  const place = join(folder, 'node_modules/couplet');
  mkdirSync(place, { recursive: true });
  const { stderr, status } = spawnSync('tar', ['-xzf', path, '--strip-components=1', '-C', place], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
}

/** The bytes of a tarball, in a buffer of their own. */
export function bytesOf({ path }: Tarball): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
