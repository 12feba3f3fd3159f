import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folders of a package by its versions. */
type Versions = Map<string, string>;

/**
 * A registry for npm on this machine, which has the packages of the workspace, as they would be published, and those that are installed for it.
 * Each is packed when it is first asked for.
 */
export class Registry implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'couplet-registry-'));
  readonly #server: Server;
  readonly #packages: ReadonlyMap<string, Versions>;
  /** The tarballs by the folders of the packages. */
  readonly #packed = new Map<string, Promise<Buffer>>();

  private constructor(root: string) {
    this.#packages = packagesOf(root);
    this.#server = createServer(async ({ url = '' }, response) => {
      const [, name = '', version = ''] = /^\/([^?]+?)(?:\/-\/([^/]+)\.tgz)?$/.exec(decodeURIComponent(url)) ?? [];
      const versions = this.#packages.get(name);
      const folder = versions?.get(version);
      if (folder !== undefined) response.end(await this.#pack(folder));
      else if (versions !== undefined && version === '') response.end(JSON.stringify(this.#document(name, versions)));
      else response.writeHead(404).end('{}');
    });
  }

  static async begin(root: string): Promise<Registry> {
    const registry = new Registry(root);
    await once(registry.#server.listen(0, '127.0.0.1'), 'listening');
    return registry;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the registry does not listen');
    return `http://127.0.0.1:${address.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await this.#server[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }

  /** What npm asks for before it fetches a package. */
  #document(name: string, versions: Versions): object {
    const described = [...versions].map(([version, folder]) => {
      const dist = { tarball: `${this.url}${name}/-/${version}.tgz` };
      return [version, { ...manifestOf(folder), dist }] as const;
    });
    return { name, 'dist-tags': { latest: described[0]?.[0] }, versions: Object.fromEntries(described) };
  }

  #pack(folder: string): Promise<Buffer> {
    const packing = this.#packed.get(folder) ?? pack(folder, this.#folder);
    this.#packed.set(folder, packing);
    return packing;
  }
}

/** The packages that the lock file of the workspace names and that are here, by their names. */
function packagesOf(root: string): Map<string, Versions> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = new Map<string, Versions>();
  for (const path of Object.keys(packages)) {
    const folder = join(root, path);
    if (!/^packages\/|(?:^|\/)node_modules\//.test(path) || !existsSync(join(folder, 'package.json'))) continue;
    const { name, version } = manifestOf(folder);
    const versions = found.get(name) ?? new Map<string, string>();
    found.set(name, versions);
    if (!versions.has(version)) versions.set(version, folder);
  }
  return found;
}

function manifestOf(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The tarball of a package. Rejects with an `Error` when npm fails. */
async function pack(folder: string, target: string): Promise<Buffer> {
  const words = ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', target];
  const npm = spawn('npm', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  npm.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const [status] = await once(npm, 'close');
  if (status !== 0) throw new Error(`npm pack ${folder} failed`);
  const [{ filename }] = JSON.parse(text);
  return readFileSync(join(target, filename));
}
