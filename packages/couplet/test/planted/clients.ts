import type { Connector } from 'couplet';
import { Factory, Protocol, ReconnectingClientFactory } from 'couplet';
import { Echo } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { client, expect, expectQuiet, expectSame, scene, server } from './scene.ts';

/** What a client factory hears, in order. */
class Callers extends ReconnectingClientFactory {
  readonly calls: string[] = [];
  readonly times: number[] = [];
  readonly open: Set<Protocol<unknown>> = new Set();
  readonly #now: () => number;

  constructor(world: World, options: ConstructorParameters<typeof ReconnectingClientFactory>[0]) {
    super(options);
    this.#now = () => world.now;
  }

  override buildProtocol(): Caller {
    return new Caller(this);
  }

  override startFactory(): void {
    this.calls.push('start');
  }

  override stopFactory(): void {
    this.calls.push('stop');
  }

  override startedConnecting(connector: Connector): void {
    this.times.push(this.#now());
    super.startedConnecting(connector);
  }

  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.calls.push(reason.name);
    super.clientConnectionFailed(connector, reason);
  }

  override clientConnectionLost(connector: Connector, reason: Error): void {
    this.calls.push(`lost ${reason.name}`);
    super.clientConnectionLost(connector, reason);
  }
}

class Caller extends Protocol<unknown> {
  readonly #callers: Callers;
  constructor(callers: Callers) {
    super();
    this.#callers = callers;
  }
  override connectionMade(): void {
    this.#callers.open.add(this);
  }
  override connectionLost(): void {
    this.#callers.open.delete(this);
  }
}

const PLAIN = { initialDelayMs: 1000, factor: 2, maxDelayMs: 3000, jitter: 'none' } as const;

/** Each wait is longer than the one before, up to the longest; after so many retries there is none. */
async function refused(world: World): Promise<void> {
  const callers = new Callers(world, { ...PLAIN, maxRetries: 4 });
  client(world).connectTCP('10.0.0.1', 99, callers);
  await world.sleep(30_000);
  const attempts = Array.from({ length: 5 }, () => ['start', 'ConnectionRefusedError', 'stop']);
  expectSame(callers.calls, attempts.flat(), 'calls');
  const waits = callers.times.slice(1).map((time, at) => time - (callers.times[at] ?? 0));
  for (const [at, wait] of [1000, 2000, 3000, 3000].entries()) {
    const is = waits[at] ?? 0;
    expect(is > wait - 0.1 && is < wait + 500, `wait ${at + 1} was ${is} ms, not ${wait}`);
  }
}

/** Whatever becomes of the server, the client comes back. */
async function outage(world: World): Promise<void> {
  const program = world.host('second');
  await program.run(async (reactor) => {
    await reactor.listenTCP(7, Factory.forProtocol(Echo));
  });
  const callers = new Callers(world, { initialDelayMs: 200, maxDelayMs: 1000 });
  client(world).connectTCP('second', 7, callers, { timeoutMs: 5000 });
  for (const end of ['crash', 'losePower'] as const) {
    await world.until(() => callers.open.size === 1, 10);
    for (const { transport } of callers.open) transport.setTcpKeepAlive(true, 5000);
    program[end]();
    await world.sleep(world.dice.between(0, 3000));
    program.restart();
    if (end === 'losePower') for (const { transport } of callers.open) transport.write('are you there?');
    await world.until(() => callers.calls.filter((call) => call.startsWith('lost')).length > 0, 10);
    callers.calls.length = 0;
    callers.resetDelay();
  }
  await world.until(() => callers.open.size === 1, 10);
  callers.stopTrying();
  for (const { transport } of callers.open) transport.loseConnection();
  await world.until(() => callers.open.size === 0, 10);
}

/** One connection comes of an attempt, however slow the network is, and it stays: nothing of the attempt is left. */
async function steady(world: World): Promise<void> {
  await server(world).listenTCP(8, Factory.forProtocol(Echo), { interface: '::' });
  const callers = new Callers(world, { maxRetries: 0 });
  const from = world.host('far');
  const routes = world.conditions;
  // So slow that a second address is tried before the first one has answered.
  world.setConditions({ latencyMs: 200 });
  const connectors = [1, 2].map(() => from.reactor.connectTCP('server', 8, callers, { timeoutMs: 4000 }));
  await world.until(() => callers.open.size === 2, 10);
  world.setConditions(routes);
  await world.sleep(6000);
  expectSame([callers.open.size, callers.calls], [2, ['start']], 'two connections of a factory');
  for (const connector of connectors) {
    connector.disconnect();
    await world.until(() => connector.state === 'disconnected', 10);
    await world.sleep(10);
  }
  expectSame(callers.calls, ['start', 'lost ConnectionDone', 'lost ConnectionDone', 'stop'], 'calls');
  await expectQuiet(world, 'far');
}

/** Attempts that wait in vain end in time, and those that are cancelled at once. */
async function inVain(world: World): Promise<void> {
  const nowhere = world.host('nowhere');
  nowhere.losePower();
  const callers = new Callers(world, { maxRetries: 0 });
  const from = world.now;
  client(world).connectTCP('nowhere', 9, callers, { timeoutMs: 2500 });
  await world.until(() => callers.calls.includes('stop'), 1);
  expectSame(callers.calls, ['start', 'TimeoutError', 'stop'], 'calls in vain');
  expect(world.now - from > 2499.9 && world.now - from < 2510, `it timed out after ${world.now - from} ms`);
  const abort = new AbortController();
  const others = new Callers(world, {});
  client(world).connectTCP('nowhere', 9, others, { signal: abort.signal });
  await world.sleep(100);
  abort.abort();
  await world.sleep(10);
  expectSame(others.calls, ['start', 'UserAbortError', 'stop'], 'calls of one that is cancelled');
}

/** Attempts, retries, outages. */
export const clients: Scene = scene('clients', async (world) => {
  server(world);
  await steady(world);
  await Promise.all([refused, outage, inVain].map((part) => part(world)));
  await expectQuiet(world, 'client');
});
