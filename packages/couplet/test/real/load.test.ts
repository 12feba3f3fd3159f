import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ClientFactory, Protocol, Reactor } from 'couplet';
import { flags } from 'couplet-test/runtime';
import { backendHere } from '../here.ts';

const POEM_BYTES = 3003;

class Download extends Protocol<Downloads> {
  #received = 0;

  override dataReceived(data: Buffer): void {
    this.#received += data.length;
  }

  override connectionLost(reason: Error): void {
    this.factory.ended(reason.name === 'ConnectionDone' ? this.#received : -1);
  }
}

/** Counts how many downloads ended, and with how many bytes. */
class Downloads extends ClientFactory {
  override protocol = Download;
  readonly sizes = new Map<number, number>();
  readonly #all: number;
  readonly #done: () => void;
  #ended = 0;

  constructor(all: number, done: () => void) {
    super();
    this.#all = all;
    this.#done = done;
  }

  ended(bytes: number): void {
    this.sizes.set(bytes, (this.sizes.get(bytes) ?? 0) + 1);
    this.#ended += 1;
    if (this.#ended === this.#all) this.#done();
  }

  override clientConnectionFailed(): void {
    this.ended(-2);
  }
}

describe('a server under load', () => {
  let server: ChildProcess;
  let port: number;

  before(async () => {
    const fixture = join(import.meta.dirname, 'fixtures', `poem-server${extname(import.meta.filename)}`);
    server = spawn(process.execPath, [...flags, fixture], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.ok(server.stdout);
    const [line] = await once(server.stdout, 'data');
    port = Number(String(line));
  });

  after(async () => {
    // Deno takes a child for ended by the signal that its own method has sent.
    process.kill(server.pid ?? 0, 'SIGTERM');
    const [status] = await once(server, 'exit');
    assert.equal(status, 0);
  });

  test('10,000 downloads at once: none is lost and none is short', { timeout: 60_000 }, async () => {
    const reactor = new Reactor(backendHere());
    const running = reactor.run({ signals: false });
    const downloads = await new Promise<Downloads>((resolve) => {
      const factory = new Downloads(10_000, () => resolve(factory));
      for (let at = 0; at < 10_000; at += 1) reactor.connectTCP('127.0.0.1', port, factory);
    });
    reactor.stop();
    await running;
    assert.deepEqual([...downloads.sizes], [[POEM_BYTES, 10_000]]);
  });
});
