import type { Connection, DelayedCall, Reactor } from 'couplet';
import { ConnectError, ConnectionClosed, Factory, open, ReconnectingClientFactory, serve } from 'couplet';
import { timeoutIdle } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import type { Host, World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect } from './scene.ts';

const ORDERS = 15;
const IDLE = { idleTimeoutMs: 20_000 };

class Shop extends LineReceiver {
  override lineReceived(line: Buffer): void {
    this.sendLine(`done ${line}`);
  }
}

/** Places one order after the other, each until it is done. */
class Orders extends ReconnectingClientFactory {
  readonly done: string[] = [];
  override buildProtocol(): Customer {
    return new Customer(this);
  }
}

class Customer extends LineReceiver<unknown> {
  readonly #orders: Orders;
  #next: DelayedCall | undefined;
  constructor(orders: Orders) {
    super();
    this.#orders = orders;
  }
  override connectionMade(): void {
    this.#order();
  }
  override lineReceived(line: Buffer): void {
    const { done } = this.#orders;
    done.push(line.toString());
    this.#orders.resetDelay();
    if (done.length < ORDERS) this.#next = this.transport.clock.callLater(500, () => this.#order());
    else {
      this.#orders.stopTrying();
      this.transport.loseConnection();
    }
  }
  override connectionLost(): void {
    this.#next?.cancel();
  }
  #order(): void {
    this.sendLine(`${this.#orders.done.length}`);
  }
}

async function reconnects(world: World): Promise<void> {
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, timeoutIdle(Factory.forProtocol(Shop), IDLE));
  });
  const orders = [1, 2].map(() => new Orders({ maxDelayMs: 10_000 }));
  const { reactor } = world.host('client');
  for (const factory of orders) reactor.connectTCP('server', 8007, timeoutIdle(factory, IDLE), { timeoutMs: 5000 });
  await world.until(() => orders.every(({ done }) => done.length >= ORDERS), 100);
  await world.sleep(60_000);
  const due = Array.from({ length: ORDERS }, (_, at) => `done ${at}`).join();
  for (const { done } of orders) expect(done.join() === due, `the orders were ${done}`);
}

async function conversations(world: World): Promise<void> {
  await world.host('server').run(async (reactor) => {
    await serve('tcp:8007', answer, { reactor });
  });
  const client = world.host('client');
  const heard: string[] = [];
  while (heard.length < ORDERS) {
    try {
      await converse(client, heard);
    } catch (error) {
      expect(error instanceof ConnectError || error instanceof ConnectionClosed, `it failed with ${error}`);
      await world.sleep(1000);
    }
  }
  const due = Array.from({ length: ORDERS }, (_, at) => `done ${at}`).join();
  expect(heard.join() === due, `heard ${heard}`);
}

async function answer(connection: Connection): Promise<void> {
  const deadline = connection.clock.callLater(60_000, () => connection.abort());
  try {
    for await (const line of connection.lines()) if (!(await connection.write(`done ${line}\r\n`))) return;
  } finally {
    if (deadline.active) deadline.cancel();
  }
}

/** Asks one question after the other, until all are answered or the connection is gone. */
async function converse({ reactor }: Host, heard: string[]): Promise<void> {
  const connection = await open('tcp:server:8007', { reactor, timeoutMs: 5000 });
  const deadline = reactor.callLater(20_000, () => connection.abort());
  const ask = (): Promise<boolean> => connection.write(`${heard.length}\r\n`);
  await ask();
  for await (const line of connection.lines()) {
    heard.push(line);
    if (heard.length === ORDERS) break;
    await pause(reactor);
    await ask();
  }
  await connection.closed;
  if (deadline.active) deadline.cancel();
}

function pause(reactor: Reactor): Promise<void> {
  return new Promise((resolve) => reactor.callLater(500, resolve));
}

export const OUTAGES: readonly Scene[] = [
  {
    name: 'row 15 a client reconnects through outages until all is done',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: reconnects,
  },
  {
    name: 'row 7 conversations fail with errors of their own, and go on in the next',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: conversations,
  },
];
