import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findFfi, hasFunctions } from '../../src/backends/native/ffi.ts';

/** What can happen, in the order of faults.c. */
export const KINDS = [
  'a short read',
  'a short write',
  'a read to be made again',
  'a write to be made again',
  'a connection that is broken',
  'no memory',
  'a socket closed under the program',
  'an accept that fails',
  'a connect that fails',
  'no socket',
  'no room in epoll',
  'an epoll_wait cut short',
  'a question about a socket that fails',
  'a close that fails',
] as const;

/** Builds the library that has system calls fail. Returns the environment in which a program calls through it. */
export function buildFaults(folder: string): Readonly<Record<string, string>> {
  const library = join(folder, 'faults.so');
  const source = join(import.meta.dirname, 'faults.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', library, source, '-ldl']);
  return { LD_PRELOAD: library };
}

/** The functions of that library. */
interface Library {
  faults_begin(seed: bigint, mild: number, fatal: number): void;
  faults_count(kind: number): number;
}

/** The faults of this process, which goes through that library. */
export class Faults {
  readonly #library: Library;

  /** Throws if the process does not. */
  constructor() {
    const ffi = findFfi();
    if (typeof ffi === 'string') throw new Error(ffi);
    const { functions } = ffi.dlopen(null, {
      faults_begin: { arguments: ['uint64', 'uint32', 'uint32'], return: 'void' },
      faults_count: { arguments: ['uint32'], return: 'uint32' },
    });
    if (!hasFunctions<Library>(functions, ['faults_begin', 'faults_count'])) throw new Error('they are not functions');
    this.#library = functions;
  }

  /** Has calls fail from now on: of 1,000 so many that they are made again, and so many for good. */
  begin(seed: number, mild: number, fatal: number): void {
    this.#library.faults_begin(BigInt(seed), mild, fatal);
  }

  end(): void {
    this.begin(0, 0, 0);
  }

  /** How often each kind has happened so far. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(KINDS.map((kind, index) => [kind, this.#library.faults_count(index)]));
  }
}
