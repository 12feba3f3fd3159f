import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstLineOf } from './machine.ts';

type Command = readonly [string, ...string[]];

const folder = fileURLToPath(new URL('../dist/compiled/', import.meta.url));

/** Programs whose names begin with `tls-` use OpenSSL. */
function c(program: string, source: string): Command {
  const libraries = basename(source).startsWith('tls-') ? ['-lssl', '-lcrypto'] : [];
  return ['cc', '-std=gnu11', '-O2', '-o', program, source, ...libraries];
}

/** With what the programs of its folder share. */
function go(program: string, source: string): Command {
  return ['go', 'build', '-o', program, source, join(dirname(source), 'serve.go')];
}

/** Compiles programs in C and Go. They are kept for the next run, as long as no file beside them changes. */
export class Compiler {
  /** What the C compiler says that it is; undefined when there is none. */
  readonly version: string | undefined = firstLineOf('cc', '--version');
  private readonly programs = new Map<string, string>();

  /** The path of the compiled program. Throws what its compiler said when it fails. */
  compile(source: string): string {
    const known = this.programs.get(source);
    if (known !== undefined) return known;
    const program = join(folder, this.identify(source));
    if (!existsSync(program)) {
      mkdirSync(folder, { recursive: true });
      const unfinished = `${program}.${process.pid}`;
      const [compiler, ...args] = extname(source) === '.go' ? go(unfinished, source) : c(unfinished, source);
      execFileSync(compiler, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      renameSync(unfinished, program);
    }
    this.programs.set(source, program);
    return program;
  }

  /** A name for what comes of a source and the files beside it. */
  private identify(source: string): string {
    const hash = createHash('sha256').update(`${this.version} ${source}`);
    for (const entry of readdirSync(dirname(source), { withFileTypes: true }))
      if (entry.isFile()) hash.update(readFileSync(join(dirname(source), entry.name)));
    return `${basename(source, extname(source))}-${hash.digest('hex').slice(0, 16)}`;
  }

  /** Whether the C compiler finds this header. */
  has(header: string): boolean {
    return firstLineOf('cc', '-fsyntax-only', '-x', 'c', '-include', header, '/dev/null') !== undefined;
  }
}
