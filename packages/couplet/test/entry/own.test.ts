import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuiltBy, ProtocolUnder } from 'couplet';
import { ClientFactory, ConversationFactory, listen, open } from 'couplet';
import type { ClientEndpoint, DialOptions } from 'couplet/endpoints';
import { clientFromString, serverFromString } from 'couplet/endpoints';
import type { Policy } from 'couplet/policies';
import { AdmissionError, Filter, guard, Refused } from 'couplet/policies';
import { simulate } from 'couplet/sim';

// What users write themselves, with what they can import and without a cast. A decoder and its receiver have a test of their own.

class TooEarly extends AdmissionError {
  override readonly code = 'SHOP_TOO_EARLY';
}

/** Admits connections from the first second on, and counts the bytes that arrive. */
class Opening implements Policy {
  bytes = 0;
  readonly filter: Policy['filter'] = (wire, clock) => {
    if (clock.now() < 1000) return new Refused('closed\r\n', new TooEarly('it opens later'));
    const counted = (count: number): void => {
      this.bytes += count;
    };
    return new (class extends Filter {
      override onData(chunk: Buffer): void {
        counted(chunk.length);
        super.onData(chunk);
      }
    })(wire);
  };
}

/** The first of two endpoints that can be connected to. */
class Either implements ClientEndpoint {
  readonly #first: ClientEndpoint;
  readonly #second: ClientEndpoint;
  constructor(first: ClientEndpoint, second: ClientEndpoint) {
    this.#first = first;
    this.#second = second;
  }
  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options?: DialOptions): Promise<unknown> {
    const tried = async (endpoint: ClientEndpoint): Promise<unknown> =>
      target instanceof ClientFactory ? endpoint.connect(target, options) : endpoint.connect(target, options);
    return tried(this.#first).catch(() => tried(this.#second));
  }
}

test('R45 a policy with its filter and its reason, and an endpoint, of a user', async () => {
  await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
    const server = world.host('server').reactor;
    const client = world.host('client').reactor;
    const reasons: unknown[] = [];
    server.observe({ connectionRefused: (_peer, { code }) => reasons.push(code) });
    const opening = new Opening();
    const shouting = new ConversationFactory(async (connection) => {
      for await (const line of connection.lines()) await connection.write(`${String(line).toUpperCase()}\r\n`);
    });
    const port = await listen(serverFromString(server, 'tcp:8007'), guard(shouting, opening));
    const shop = new Either(clientFromString(client, 'tcp:server:1'), clientFromString(client, 'tcp:server:8007'));
    const early = await open(shop);
    assert.equal(String((await early.lines().next()).value), 'closed');
    early.close();
    await world.sleep(2000);
    const late = await open(shop);
    await late.write('hello\r\n');
    assert.equal(String((await late.lines().next()).value), 'HELLO');
    late.close();
    assert.equal(opening.bytes, 7);
    assert.deepEqual(reasons, ['SHOP_TOO_EARLY']);
    await port.stopListening();
  });
});
