import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Ends a process when the test ends, whatever happens. */
export function endWithTest(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** A Redis on a UNIX socket, without files. */
export class Redis {
  readonly path: string;
  readonly url: string;
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'coupletd-redis-'));
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;
  #frozen = false;

  constructor(...flags: string[]) {
    this.path = join(this.#folder, 'redis.sock');
    this.url = `unix:${this.path}`;
    this.#flags = flags;
  }

  async start(): Promise<void> {
    const flags = ['--port', '0', '--unixsocket', this.path, '--save', '', '--dir', this.#folder, ...this.#flags];
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    endWithTest(child);
    for (let said = ''; !said.includes('ready to accept'); said += (await once(child.stdout, 'data'))[0]);
    child.stdout.resume();
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
    this.#frozen = true;
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
    this.#frozen = false;
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Has it execute a command. */
  async command(...words: string[]): Promise<unknown> {
    const client = createClient({ url: `unix://${this.path}`, disableClientInfo: true });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }

  async end(): Promise<void> {
    if (this.#frozen) this.thaw();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
