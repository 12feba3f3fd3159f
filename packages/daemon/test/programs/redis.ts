import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

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
    // It ends when the test does, whatever happens.
    process.once('exit', () => child.kill('SIGKILL'));
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

  /** How many commands like this one it has executed. */
  async calls(command: string): Promise<number> {
    const stats = String(await this.command('INFO', 'commandstats'));
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  async end(): Promise<void> {
    if (this.#frozen) this.thaw();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
