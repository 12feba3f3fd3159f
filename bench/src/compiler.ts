import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { firstLineOf } from './machine.ts';

/** Compiles C programs, each once, into a temporary folder that goes when the compiler is disposed of. */
export class Compiler implements Disposable {
  /** What the compiler says that it is; undefined when there is none. */
  readonly version: string | undefined = firstLineOf('cc', '--version');
  private readonly folder = mkdtempSync(join(tmpdir(), 'couplet-bench-'));
  private readonly programs = new Map<string, string>();

  /** The path of the compiled program. Throws what the compiler said when it fails. */
  compile(source: string): string {
    const known = this.programs.get(source);
    if (known !== undefined) return known;
    const program = join(this.folder, `${this.programs.size}-${basename(source, '.c')}`);
    execFileSync('cc', ['-std=gnu11', '-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.programs.set(source, program);
    return program;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
