import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { firstLineOf } from './machine.ts';

type Command = readonly [string, ...string[]];

/** Programs whose names begin with `tls-` use OpenSSL. */
function c(program: string, source: string): Command {
  const libraries = basename(source).startsWith('tls-') ? ['-lssl', '-lcrypto'] : [];
  return ['cc', '-std=gnu11', '-O2', '-o', program, source, ...libraries];
}

/** With what the programs of its folder share. */
function go(program: string, source: string): Command {
  return ['go', 'build', '-o', program, source, join(dirname(source), 'serve.go')];
}

/** Compiles programs in C and Go, each once, into a temporary folder that goes when the compiler is disposed of. */
export class Compiler implements Disposable {
  /** What the C compiler says that it is; undefined when there is none. */
  readonly version: string | undefined = firstLineOf('cc', '--version');
  private readonly folder = mkdtempSync(join(tmpdir(), 'couplet-bench-'));
  private readonly programs = new Map<string, string>();

  /** The path of the compiled program. Throws what its compiler said when it fails. */
  compile(source: string): string {
    const known = this.programs.get(source);
    if (known !== undefined) return known;
    const program = join(this.folder, String(this.programs.size));
    const [compiler, ...args] = extname(source) === '.go' ? go(program, source) : c(program, source);
    execFileSync(compiler, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.programs.set(source, program);
    return program;
  }

  /** Whether the C compiler finds this header. */
  has(header: string): boolean {
    return firstLineOf('cc', '-fsyntax-only', '-x', 'c', '-include', header, '/dev/null') !== undefined;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
