import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What git prints. Throws an `Error` with what it complains of. */
function git(...args: string[]): string {
  return execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A commit as one line: its abbreviated hash and its subject. Throws an `Error` when there is none of that name. */
export function describe(commit: string): string {
  try {
    return git('log', '-1', '--format=%h %s', '--end-of-options', commit, '--');
  } catch {
    throw new Error(`no such commit: ${commit}`);
  }
}

/** Whether there are changes that are in no commit. */
function isChanged(): boolean {
  return git('status', '--porcelain') !== '';
}

/** What is checked out, as one line; undefined outside of a repository. */
export function checkedOut(): string | undefined {
  try {
    return `${describe('HEAD')}${isChanged() ? ', with changes' : ''}`;
  } catch {
    return undefined;
  }
}

/**
 * A commit in a worktree of its own, in a temporary folder, ready to run: its sources are run as they are, so all that is
 * built is the link by which its servers find its engine. Both go when it is disposed of, which may happen twice.
 */
export class Checkout implements Disposable {
  /** The root of the worktree, with a slash at its end. */
  readonly root: string;
  private readonly folder: string = mkdtempSync(join(tmpdir(), 'couplet-against-'));

  /** Throws an `Error` with what git complains of. */
  constructor(commit: string) {
    const tree = join(this.folder, 'tree');
    this.root = `${tree}/`;
    try {
      const hash = git('rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`);
      // Hooks are for who works in the repository.
      git('-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', tree, hash);
      mkdirSync(join(tree, 'node_modules'));
      symlinkSync(join('..', 'packages', 'couplet'), join(tree, 'node_modules', 'couplet'));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (existsSync(this.root)) git('worktree', 'remove', '--force', this.root);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
