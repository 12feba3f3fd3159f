import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Registry } from './registry.ts';

/** An empty folder, and an environment in which `node` is this Node and npm installs from a registry of this machine. */
export class Workplace implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'couplet-site-'));
  readonly env: NodeJS.ProcessEnv;
  readonly #registry: Registry;

  private constructor(registry: Registry) {
    this.#registry = registry;
    const bin = join(this.folder, '.bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    this.env = {
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: join(this.folder, '.home'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      NO_UPDATE_NOTIFIER: '1',
      NPM_CONFIG_REGISTRY: registry.url,
      NPM_CONFIG_FUND: 'false',
      NPM_CONFIG_AUDIT: 'false',
      NPM_CONFIG_YES: 'true',
    };
  }

  /** `root` is the folder of the repository, whose packages the registry has. */
  static async begin(root: string): Promise<Workplace> {
    return new Workplace(await Registry.begin(root));
  }

  /** Runs npm in a folder of this one. Rejects with an `Error` when it fails. */
  async npm(folder: string, ...words: readonly string[]): Promise<void> {
    const cwd = join(this.folder, folder);
    const npm = spawn('npm', words, { cwd, env: this.env, stdio: ['ignore', 'ignore', 'inherit'] });
    const [status] = await once(npm, 'close');
    if (status !== 0) throw new Error(`npm ${words.join(' ')} failed`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
  }
}
