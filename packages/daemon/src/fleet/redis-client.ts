import { CommandError, EXIT } from '../values/exit-status.ts';
import type { Connect } from './redis-link.ts';
import type { Script } from './redis-scripts.ts';
import { JOIN, LIST, RENEW, TAKE, WRITE } from './redis-scripts.ts';
import type { Store } from './store.ts';

/** How long a lease is, in milliseconds. */
const LEASE_MS = '10000';
/** How long a hash is kept that is not written any more, in milliseconds: all that lives is written each minute. */
const KEEP_MS = '180000';

/** A connection to Redis. */
export interface RedisConnection {
  /** Sends a command. Rejects when Redis answers with an error, or the connection ends. */
  send(words: readonly (string | Buffer)[]): Promise<unknown>;
  subscribe(channel: string, onMessage: (bytes: Buffer) => void): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  destroy(): void;
}

type Module = typeof import('@redis/client');

/**
 * Returns what connects to the Redis of a URL: `redis://`, `rediss://` or `unix:` and a path, each with a user, a password and a database
 * if need be. `load` loads the package. Throws a `CommandError` if the URL is none of these, or the package `@redis/client` is not installed.
 */
export async function redisAt(
  url: string,
  load: () => Promise<Module> = () => import('@redis/client'),
): Promise<Connect<RedisConnection>> {
  const whole = /^unix:\/(?!\/)/.test(url) ? `unix://${url.slice('unix:'.length)}` : url;
  let module: Module;
  try {
    module = await load();
  } catch (cause) {
    throw new CommandError('a ledger needs the package @redis/client: npm install @redis/client', EXIT.configuration, {
      cause,
    });
  }
  const { createClient } = module;
  try {
    createClient({ url: whole }).destroy();
  } catch (cause) {
    // The URL may have a password.
    const kind = /^[a-z+]*:/i.exec(url)?.[0] ?? 'no scheme';
    const line = `the URL of the ledger (${kind}) is not redis://HOST:PORT, rediss://HOST:PORT or unix:/PATH`;
    throw new CommandError(line, EXIT.configuration, { cause });
  }
  return async (lost, signal) => {
    const client = createClient({
      url: whole,
      socket: { reconnectStrategy: false, connectTimeout: 1000 },
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: 'disabled',
    });
    let last: Error = new Error('the connection has ended');
    client.on('error', (error: Error) => {
      last = error;
      lost(error);
    });
    const end = (): void => client.destroy();
    signal.addEventListener('abort', end);
    try {
      await client.connect();
    } catch (error) {
      throw error instanceof Error && error.message !== '' ? error : last;
    } finally {
      signal.removeEventListener('abort', end);
    }
    if (signal.aborted) {
      end();
      throw signal.reason;
    }
    return {
      send: (words) => client.sendCommand(words),
      subscribe: (channel, onMessage) => client.subscribe(channel, onMessage, true),
      unsubscribe: (channel) => client.unsubscribe(channel),
      destroy: end,
    };
  };
}

/** The database of a fleet on a connection to Redis; what it writes there has names that begin with `prefix`. */
export class RedisStore implements Store {
  readonly #connection: RedisConnection;
  readonly #nodes: string;

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection;
    this.#nodes = `${prefix}nodes`;
  }

  join(node: string): Promise<unknown> {
    return this.#run(JOIN, [], [node, LEASE_MS]);
  }

  async renew(node: string): Promise<boolean> {
    return (await this.#run(RENEW, [], [node, LEASE_MS])) === 1;
  }

  leave(nodes: readonly string[]): Promise<unknown> {
    return this.#connection.send(['ZREM', this.#nodes, ...nodes]);
  }

  async take(node: string, hash: string, held: number, wanted: number, max: number): Promise<number | undefined> {
    const granted = await this.#run(TAKE, [hash], [node, String(held), String(wanted), String(max), KEEP_MS]);
    return typeof granted === 'number' && granted >= 0 ? granted : undefined;
  }

  async write(
    node: string,
    fields: readonly { readonly hash: string; readonly name: string }[],
    values: readonly string[],
  ): Promise<boolean> {
    const hashes = fields.map(({ hash }) => hash);
    const pairs = fields.flatMap(({ name }, at) => [name, values[at] ?? '']);
    return (await this.#run(WRITE, hashes, [node, KEEP_MS, ...pairs])) === 1;
  }

  async list(hash: string): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#run(LIST, [hash], []);
    const words = Array.isArray(answer) ? answer.map(String) : [];
    const found = new Map<string, string>();
    for (let at = 0; at < words.length; at += 2) found.set(words[at] ?? '', words[at + 1] ?? '');
    return found;
  }

  destroy(): void {
    this.#connection.destroy();
  }

  /** Runs a script by its hash; one that Redis does not have is sent, once. */
  async #run({ sha, text }: Script, hashes: readonly string[], words: readonly string[]): Promise<unknown> {
    const rest = [String(hashes.length + 1), this.#nodes, ...hashes, ...words];
    try {
      return await this.#connection.send(['EVALSHA', sha, ...rest]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.#connection.send(['EVAL', text, ...rest]);
    }
  }
}
