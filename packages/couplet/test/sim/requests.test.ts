import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DelayedCall, Reactor } from 'couplet';
import { Factory } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import type { RequestOptions } from 'couplet/protocols';
import { Requests, TextLineReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';

const PORT = 8007;
/** How many requests each world makes. */
const COUNT = 60;

/** Answers `ID NUMBER` by `ID *NUMBER`: each after a while, in order or as it comes. */
class Answering extends TextLineReceiver<Answers> {
  readonly #owed: string[] = [];
  readonly #calls: Set<DelayedCall> = new Set();

  override lineReceived(line: string): void {
    const [id, number] = line.split(' ');
    this.factory.received.push(Number(number));
    this.#owed.push(`${id} *${number}`);
    const { inOrder, delayMs } = this.factory;
    const call = this.transport.clock.callLater(
      delayMs(),
      (own: string | undefined) => {
        this.#calls.delete(call);
        this.sendLine(own ?? this.#owed.shift() ?? assert.fail('nothing is owed'));
      },
      inOrder ? undefined : `${id} *${number}`,
    );
    this.#calls.add(call);
  }

  override connectionLost(): void {
    for (const call of this.#calls) call.cancel();
  }
}

class Answers extends Factory {
  override protocol = Answering;
  readonly inOrder: boolean;
  readonly delayMs: () => number;
  /** The numbers that arrived. */
  readonly received: number[] = [];
  constructor(inOrder: boolean, delayMs: () => number) {
    super();
    this.inOrder = inOrder;
    this.delayMs = delayMs;
  }
}

class Asking extends TextLineReceiver {
  readonly #inOrder: boolean;
  readonly requests: Requests<number, string>;
  readonly unexpected: string[] = [];

  constructor(inOrder: boolean) {
    super();
    this.#inOrder = inOrder;
    this.requests = new Requests<number, string>(this, (number, id) => this.sendLine(`${id} ${number}`), {
      matchedBy: inOrder ? 'order' : 'id',
      maxPending: 8,
      unexpected: (response) => void this.unexpected.push(response),
    });
  }

  ask(number: number, options: RequestOptions): Promise<string> {
    return this.requests.send(number, options);
  }

  override lineReceived(line: string): void {
    const [id, answer = ''] = line.split(' ');
    if (this.#inOrder) this.requests.settle(answer);
    else this.requests.settleById(Number(id), answer);
  }

  override connectionLost(reason: Error): void {
    this.requests.connectionLost(reason);
  }
}

/** What became of the requests of a world. */
interface Outcome {
  readonly answered: number[];
  readonly failed: string[];
}

async function askAll(world: World, reactor: Reactor, inOrder: boolean): Promise<Outcome> {
  const made: Asking[] = [];
  const build = (): Asking => {
    const asking = new Asking(inOrder);
    made.push(asking);
    return asking;
  };
  const service = new ClientService(clientFromString(reactor, `tcp:server:${PORT}`), build, { maxDelayMs: 2000 });
  service.startService();
  const answered: number[] = [];
  const failed: string[] = [];
  const waits: Promise<void>[] = [];
  for (let number = 0; number < COUNT; number += 1) {
    const controller = new AbortController();
    const timeoutMs = world.dice.between(20, 4000);
    const options = world.dice.random() < 0.3 ? { timeoutMs, signal: controller.signal } : { timeoutMs };
    const began = reactor.now();
    const asked = service.request((asking, left) => asking.ask(number, left), options);
    waits.push(
      asked.then(
        (answer) => {
          assert.equal(answer, `*${number}`);
          answered.push(number);
        },
        (error: Error) => void failed.push(error.name),
      ),
    );
    waits.push(
      asked.then(
        () => {},
        () => assert.ok(reactor.now() - began <= timeoutMs + 1, `it took ${reactor.now() - began} of ${timeoutMs} ms`),
      ),
    );
    if ('signal' in options) reactor.callLater(world.dice.between(0, 1000), () => controller.abort());
    await world.sleep(world.dice.between(0, 300));
  }
  await Promise.all(waits);
  await service.stopService();
  for (const { requests, unexpected } of made) {
    assert.equal(requests.pending, 0);
    if (inOrder) assert.deepEqual(unexpected, []);
  }
  return { answered, failed };
}

async function play(profile: 'calm' | 'rough' | 'storm', inOrder: boolean): Promise<Outcome> {
  const all: Outcome = { answered: [], failed: [] };
  await simulate({ seeds: FULL ? 60 : 20, profile }, async (world) => {
    const answers = new Answers(inOrder, () => world.dice.between(0, 600));
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(PORT, answers)));
    const { answered, failed } = await askAll(world, world.host('client').reactor, inOrder);
    assert.equal(answered.length + failed.length, COUNT);
    assert.equal(new Set(answers.received).size, answers.received.length, 'a request was sent twice');
    assert.equal(new Set(answered).size, answered.length);
    for (const number of answered) assert.ok(answers.received.includes(number));
    all.answered.push(...answered);
    all.failed.push(...failed);
  });
  return all;
}

describe('R54 requests over a simulated network', () => {
  for (const [name, inOrder] of [
    ['in order', true],
    ['with ids', false],
  ] as const) {
    for (const profile of ['calm', 'rough', 'storm'] as const) {
      test(`R54 ${name}, ${profile}: each is settled once, by its own response, and is never sent twice`, async () => {
        const { answered, failed } = await play(profile, inOrder);
        assert.ok(answered.length > 100, `${answered.length} were answered`);
        assert.ok(failed.includes('TimeoutError') && failed.includes('AbortError'), [...new Set(failed)].join());
      });
    }
  }
});
