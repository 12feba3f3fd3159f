import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runtime } from 'couplet-test/runtime';
import { native } from '../here.ts';
import { Child } from './child.ts';

/** What the server may open; a runtime alone needs about a third. */
const DESCRIPTORS = 64;
/** More clients than that. */
const CROWD = 150;
const SERVED = 10;
/** On Bun the backend leaves a few. */
const NONE_LEFT = { skip: runtime === 'bun' && 'some are left there' };

/** A client that asks and waits for the answer. */
class Client {
  readonly socket: Socket;
  gone = false;
  #heard = '';
  #listener: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text: string) => {
      this.#heard += text;
      this.#listener();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.gone = true;
      this.#listener();
    });
  }

  /** Resolves with the answer, or with null when the connection ends without one. */
  async ask(word: string): Promise<string | null> {
    this.#heard = '';
    this.socket.write(word);
    while (!this.#heard.endsWith('\n') && !this.gone) {
      await new Promise<void>((resolve) => {
        this.#listener = resolve;
      });
    }
    return this.#heard === '' ? null : this.#heard.trimEnd();
  }

  leave(): void {
    this.socket.destroy();
  }
}

const TURNED_AWAY = {
  timeout: 30_000,
  skip: (runtime === 'deno' || native) && 'a crowd waits there, and is not turned away',
};

describe('R19 a server that is out of descriptors', TURNED_AWAY, () => {
  const launcher = ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'];
  let server: Child;
  let port: number;
  let served: Client[];
  let crowd: Client[];

  /** What every client answers. */
  const askAll = (clients: readonly Client[]): Promise<(string | null)[]> =>
    Promise.all(clients.map((client) => client.ask('verse')));

  const join = (count: number): Client[] => Array.from({ length: count }, () => new Client(port));

  before(async () => {
    server = new Child('crowded', [], launcher);
    port = Number(await server.line(0));
    served = join(SERVED);
    assert.deepEqual(await askAll(served), Array(SERVED).fill('verse'));
    crowd = join(CROWD);
    const answers = await askAll(crowd);
    const turnedAway = answers.filter((answer) => answer === null).length;
    assert.ok(turnedAway > CROWD / 2, `only ${turnedAway} of ${CROWD} were turned away`);
  });

  after(async () => {
    for (const client of [...served, ...crowd]) client.leave();
    server.signal('SIGTERM');
    assert.deepEqual(await server.ended, { code: 0, signal: null });
  });

  test('R19 serves the connections that are open', async () => {
    assert.deepEqual(await askAll(served), Array(SERVED).fill('verse'));
  });

  test('R19 is idle', async () => {
    const [client] = served;
    assert.ok(client);
    const began = performance.now();
    const before = Number(await client.ask('cpu'));
    const late = join(20);
    await delay(500);
    const share = (Number(await client.ask('cpu')) - before) / (performance.now() - began);
    for (const one of late) one.leave();
    assert.ok(share < 0.2, `it used ${(100 * share).toFixed()}% of a processor`);
  });

  test('R20 cannot connect either, which is a ConnectError', NONE_LEFT, async () => {
    assert.match((await served[0]?.ask('connect')) ?? '', /^ConnectError .*EMFILE/);
  });

  test('R20 finds no host either: the runtime does not tell why', NONE_LEFT, async () => {
    assert.match((await served[0]?.ask('look up')) ?? '', /^DNSLookupError .*ENOTFOUND/);
  });

  test('R16 cannot listen either, which is a CannotListenError', NONE_LEFT, async () => {
    assert.match((await served[0]?.ask('listen')) ?? '', /^CannotListenError .*EMFILE/);
  });

  test('R19 accepts again within a second when descriptors come back', async () => {
    for (const client of crowd) client.leave();
    const began = performance.now();
    for (;;) {
      const client = new Client(port);
      const answer = await client.ask('verse');
      client.leave();
      if (answer === 'verse') break;
      const waited = performance.now() - began;
      assert.ok(waited < 1000, `after ${waited.toFixed()} ms it does not accept`);
      await delay(10);
    }
    const fresh = join(SERVED);
    assert.deepEqual(await askAll(fresh), Array(SERVED).fill('verse'));
    for (const client of fresh) client.leave();
    assert.deepEqual(await askAll(served), Array(SERVED).fill('verse'));
    assert.ok(server.alive);
  });
});
