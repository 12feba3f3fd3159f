import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Daemon, type DaemonOptions, FOLDER } from './daemon.ts';
import { talk } from './talk.ts';

/** What applications import, and where it is. */
const PACKAGES = { coupletd: FOLDER, couplet: dirname(fileURLToPath(import.meta.resolve('couplet/package.json'))) };

/** A folder with an application, and the daemons that run it, which end with the test. */
export class Stage {
  readonly folder: string;
  readonly #context: TestContext;

  constructor(context: TestContext, application = talk()) {
    this.#context = context;
    this.folder = mkdtempSync(join(tmpdir(), 'coupletd-'));
    // A daemon that becomes another user has to read it, too.
    chmodSync(this.folder, 0o755);
    context.after(() => rmSync(this.folder, { recursive: true, force: true }));
    mkdirSync(join(this.folder, 'node_modules'));
    for (const [name, path] of Object.entries(PACKAGES)) symlinkSync(path, join(this.folder, 'node_modules', name));
    this.write('package.json', '{ "type": "module" }');
    this.write('app.js', application);
  }

  /** Writes a file of the folder. Returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts a daemon that runs the application, with these options. */
  run(words: readonly string[] = [], options: Omit<DaemonOptions, 'words' | 'folder'> = {}): Daemon {
    return this.start(['run', 'app.js', '--control', 'control.sock', ...words], options);
  }

  /** Starts a daemon with these words. */
  start(words: readonly string[], options: Omit<DaemonOptions, 'words' | 'folder'> = {}): Daemon {
    const daemon = new Daemon({ words, folder: this.folder, ...options });
    this.#context.after(() => daemon.kill());
    return daemon;
  }
}
