import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Where nothing answers (port 9 discards, and is closed): what asks a registry fails. */
const NOWHERE = 'http://127.0.0.1:9/';

const { PATH } = process.env;

/** A project in a folder of its own, for programs that have never run before and reach no registry. */
export class Project {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'couplet-project-'));
  /** What its programs have as their environment. */
  readonly env: NodeJS.ProcessEnv = {
    PATH,
    HOME: join(this.folder, '.home'),
    DENO_DIR: join(this.folder, '.deno'),
    BUN_INSTALL: join(this.folder, '.bun'),
    NO_COLOR: '1',
    NO_UPDATE_NOTIFIER: '1',
    NPM_CONFIG_REGISTRY: NOWHERE,
    NPM_CONFIG_FETCH_RETRIES: '0',
    JSR_URL: NOWHERE,
  };

  /** Writes a file, for which folders are made. Returns its whole path. */
  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a program in the folder, for five minutes at most, and returns what it prints. Throws an `Error` unless its status is 0. */
  run(program: string, ...words: readonly string[]): string {
    const options = { cwd: this.folder, env: this.env, encoding: 'utf8', timeout: 300_000 } as const;
    const { stdout, stderr, status, error } = spawnSync(program, words, options);
    if (status !== 0) throw new Error(`${[program, ...words].join(' ')}: ${error ?? ''}${stdout}${stderr}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
