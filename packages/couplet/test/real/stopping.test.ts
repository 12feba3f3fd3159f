import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { Child } from './child.ts';

const CLIENTS = 20;
const BYTES = 200_000;

/** Asks, reads nothing until told to, and goes on asking until the server has ended. */
class Impatient {
  received = 0;
  error: Error | undefined;
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;

  constructor(port: number) {
    const socket = connect(port, '127.0.0.1');
    const asking = setInterval(() => socket.write('and another thing\r\n'), 1);
    const stop = (): void => clearInterval(asking);
    socket.on('end', stop).on('close', stop);
    socket.on('error', (error) => {
      this.error = error;
    });
    this.closed = once(socket, 'close').catch(() => {});
    this.#socket = socket;
  }

  read(): void {
    this.#socket.on('data', (chunk) => {
      this.received += chunk.length;
    });
  }
}

test('R50 answers arrive whole after SIGTERM, though the clients go on asking', { timeout: 30_000 }, async () => {
  const child = new Child('answers', [`${BYTES}`]);
  try {
    const port = Number(await child.line(0));
    const clients = Array.from({ length: CLIENTS }, () => new Impatient(port));
    await child.line(CLIENTS);
    child.signal('SIGTERM');
    for (const client of clients) client.read();
    await Promise.all(clients.map(({ closed }) => closed));
    assert.deepEqual(
      clients.map(({ received, error }) => [received, error?.message]),
      clients.map(() => [BYTES, undefined]),
    );
    assert.deepEqual(await child.ended, { code: 0, signal: null });
    assert.deepEqual([child.lines.at(-1), child.errors], ['stopped', '']);
  } finally {
    if (child.alive) child.signal('SIGKILL');
  }
});
