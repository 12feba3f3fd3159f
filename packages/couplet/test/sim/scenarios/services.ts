import { ClientFactory, ConnectError, ConnectionClosed, Factory } from 'couplet';
import { ClientService, clientFromString, ServiceStopped } from 'couplet/endpoints';
import type { Guarded } from 'couplet/policies';
import { timeoutIdle } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Dice } from 'couplet/testing';
import type { Scene } from './scene.ts';
import { expect } from './scene.ts';

const ORDERS = 15;
const STOPS = 6;
const IDLE = { idleTimeoutMs: 20_000 };

/** Takes orders from whoever has logged in; sometimes it lets nobody in. */
class Shop extends LineReceiver {
  readonly #dice: Dice;
  #known = false;
  constructor(dice: Dice) {
    super();
    this.#dice = dice;
  }
  override lineReceived(line: Buffer): void {
    if (this.#known) this.sendLine(`done ${line}`);
    else if (this.#dice.chance(0.2)) this.sendLine('not now');
    else if (`${line}` === 'login') {
      this.#known = true;
      this.sendLine('welcome');
    } else this.transport.abortConnection();
  }
}

class Shops extends Factory {
  readonly #dice: Dice;
  constructor(dice: Dice) {
    super();
    this.#dice = dice;
  }
  override buildProtocol(): Shop {
    return new Shop(this.#dice);
  }
}

class Customers extends ClientFactory {
  /** How many connections there are. */
  open = 0;
  override buildProtocol(): Customer {
    return new Customer(this);
  }
}

/** Says one line at a time, and waits for the answer. */
class Customer extends LineReceiver<unknown> {
  readonly #customers: Customers;
  #answer: (line: string) => void = () => {};
  #fail: (reason: Error) => void = () => {};
  #reason: Error | undefined;
  constructor(customers: Customers) {
    super();
    this.#customers = customers;
  }
  override connectionMade(): void {
    this.#customers.open += 1;
    expect(this.#customers.open === 1, 'there are two connections');
  }
  override lineReceived(line: Buffer): void {
    this.#answer(line.toString());
  }
  override connectionLost(reason: Error): void {
    this.#customers.open -= 1;
    this.#reason = reason;
    this.#fail(reason);
  }
  ask(line: string): Promise<string> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason);
    this.sendLine(line);
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
    });
  }
}

async function keeps(world: World): Promise<void> {
  const server = world.host('server');
  await server.run(async (reactor) => {
    await reactor.listenTCP(8007, timeoutIdle(new Shops(world.dice), IDLE));
  });
  const { reactor, processes } = world.host('client');
  const customers = new Customers();
  const endpoint = clientFromString(reactor, 'tcp:server:8007:timeout=5');
  const service = new ClientService(endpoint, timeoutIdle(customers, IDLE), {
    maxDelayMs: 10_000,
    prepareConnection: async (customer) => {
      const answer = await customer.ask('login');
      if (answer !== 'welcome') throw new ConnectError(`the shop said ${answer}`);
    },
  });
  const left = (): number => processes.reduce((sum, { descriptors }) => sum + descriptors, 0);

  const done: string[] = [];
  service.startService();
  await Promise.all([order(world, service, done), interrupt(world, service, left)]);
  const due = Array.from({ length: ORDERS }, (_, at) => `done ${at}`).join();
  expect(done.join() === due, `the orders were ${done}`);

  await service.whenConnected();
  expect(left() === 1, `the client has ${left()} connections`);
  await world.sleep(world.dice.between(0, 60_000));
  await service.stopService();
  expect(left() === 0 && customers.open === 0, `after the last stop there are ${left()} connections`);
  await world.sleep(200_000);
  expect(left() === 0 && !service.running, 'a service that was stopped has connected');
  const held = server.processes.at(-1)?.descriptors;
  expect(held === 1, `the server has ${held} descriptors, not that of its port`);
  // The reactor stops while it has whatever it has then.
  service.startService();
  await world.sleep(world.dice.pick([0, 1, 3000]));
}

/** Places one order after the other, each until it is done. */
async function order(world: World, service: ClientService<Guarded<Customers>>, done: string[]): Promise<void> {
  while (done.length < ORDERS) {
    try {
      const customer = await service.whenConnected(world.dice.pick([{}, { failAfterFailures: 2 }]));
      done.push(await customer.ask(`${done.length}`));
    } catch (error) {
      const known = error instanceof ConnectError || error instanceof ConnectionClosed;
      expect(known || error instanceof ServiceStopped, `it failed with ${error}`);
    }
    await world.sleep(world.dice.between(1, 2000));
  }
}

/** Stops the service at any moment, and starts it again before it has stopped, or after. */
async function interrupt(world: World, service: ClientService<Guarded<Customers>>, left: () => number): Promise<void> {
  for (let count = 0; count < STOPS; count += 1) {
    await world.sleep(world.dice.between(0, 10_000));
    const stopped = service.stopService();
    if (world.dice.chance(0.5)) {
      await stopped;
      expect(left() === 0, `after a stop there are ${left()} connections`);
      await world.sleep(world.dice.between(0, 5000));
    }
    service.startService();
    await stopped;
  }
}

export const SERVICES: readonly Scene[] = [
  {
    name: 'row 15 a service keeps one connection through outages and stops, and none after the last',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: keeps,
  },
];
