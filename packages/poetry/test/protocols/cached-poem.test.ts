import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StringTransport } from 'couplet/testing';
import type { CachedPoem } from '../../src/protocols/cached-poem.ts';
import { ProxyFactory } from '../../src/protocols/cached-poem.ts';
import { PoemCache } from '../../src/protocols/poem-cache.ts';

const POEM = Buffer.from('two lines that rhyme');

interface Client {
  readonly protocol: CachedPoem;
  readonly transport: StringTransport;
}

/** A proxy whose fetch ends as a test says, and its clients. */
class Stage {
  readonly signals: AbortSignal[] = [];
  #resolve: (poem: Buffer) => void = () => {};
  #reject: (error: Error) => void = () => {};
  readonly #factory = new ProxyFactory(
    new PoemCache((signal) => {
      this.signals.push(signal);
      return new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }),
  );

  enter(): Client {
    const protocol = new this.#factory.protocol();
    const transport = new StringTransport();
    protocol.factory = this.#factory;
    protocol.makeConnection(transport);
    return { protocol, transport };
  }

  async succeed(): Promise<void> {
    this.#resolve(POEM);
    await new Promise(setImmediate); // those who wait for it have run
  }

  async fail(): Promise<void> {
    this.#reject(new Error('refused'));
    await new Promise(setImmediate);
  }
}

/** What a client has got, once its connection is to be closed in order. */
function got({ transport }: Client): Buffer | undefined {
  return transport.disconnecting && !transport.disconnected ? transport.value() : undefined;
}

describe('CachedPoem', () => {
  it('sends the poem when it is there, at once when it is there already', async () => {
    const stage = new Stage();
    const clients = [stage.enter(), stage.enter()];
    assert.deepEqual(clients.map(got), [undefined, undefined]);
    await stage.succeed();
    assert.deepEqual([...clients, stage.enter()].map(got), [POEM, POEM, POEM]);
    assert.equal(stage.signals.length, 1);
  });

  it('closes without a byte when the fetch fails, and fetches anew for the next', async () => {
    const stage = new Stage();
    const clients = [stage.enter(), stage.enter()];
    await stage.fail();
    assert.deepEqual(clients.map(got), [Buffer.alloc(0), Buffer.alloc(0)]);
    const next = stage.enter();
    for (const { protocol } of clients) protocol.connectionLost();
    assert.equal(stage.signals[1]?.aborted, false);
    await stage.succeed();
    assert.deepEqual(got(next), POEM);
  });

  it('sends the poem to a client that ended its side, while another one waits', async () => {
    const stage = new Stage();
    const [ended, waiting] = [stage.enter(), stage.enter()];
    ended.protocol.readConnectionLost();
    assert.equal(stage.signals[0]?.aborted, false);
    await stage.succeed();
    assert.deepEqual([ended, waiting].map(got), [POEM, POEM]);
  });

  it('cancels the fetch when all clients have ended their side, and counts none of them twice', () => {
    const stage = new Stage();
    const [one, two] = [stage.enter(), stage.enter()];
    one.protocol.readConnectionLost();
    one.protocol.connectionLost();
    assert.equal(stage.signals[0]?.aborted, false);
    two.protocol.readConnectionLost();
    assert.equal(stage.signals[0]?.aborted, true);
  });

  it('cancels the fetch when the last client is lost', () => {
    const stage = new Stage();
    const [one, two] = [stage.enter(), stage.enter()];
    one.protocol.connectionLost();
    assert.equal(stage.signals[0]?.aborted, false);
    two.protocol.connectionLost();
    assert.equal(stage.signals[0]?.aborted, true);
  });
});
