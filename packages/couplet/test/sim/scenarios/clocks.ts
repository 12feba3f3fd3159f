import type { ConnectError, Reactor } from 'couplet';
import {
  ConnectionRefusedError,
  connect,
  DNSLookupError,
  Factory,
  NoRouteError,
  Protocol,
  TimeoutError,
} from 'couplet';
import { Discard } from 'couplet/protocols';
import type { NameAnswer, World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect, WHOLE } from './scene.ts';

const DAY_MS = 86_400_000;

async function jumps(world: World): Promise<void> {
  const host = world.host('host');
  const { reactor } = host;
  let waiting = 0;
  const late: string[] = [];
  for (let count = 0; count < 100; count += 1) {
    const ring = (): void => {
      waiting -= 1;
      if (world.now !== dueMs) late.push(`a call that was due at ${dueMs} ran at ${world.now}`);
    };
    const delayMs = world.dice.pick([0, 1, 0.25, 1000, 5000]);
    const call = reactor.callLater(delayMs, ring);
    let dueMs = world.now + delayMs;
    waiting += 1;
    if (world.dice.chance(0.2)) {
      dueMs = call.getTime() + 700;
      call.delay(700);
    }
    host.jumpClock(world.dice.pick([-DAY_MS, DAY_MS, 1]));
    await world.sleep(world.dice.pick([0, 1, 100]));
  }
  await world.until(() => waiting === 0, 100);
  expect(late.length === 0, late[0] ?? '');
}

type Expected = typeof ConnectError | undefined;

async function names(world: World): Promise<void> {
  const [server, client] = [world.host('server'), world.host('client')];
  await server.run(async (reactor) => {
    await reactor.listenTCP(8007, Factory.forProtocol(Discard), { interface: '::' });
  });
  const nowhere = '10.9.9.9';
  const cases: readonly [readonly [NameAnswer, Expected], ...(readonly [NameAnswer, Expected])[]] = [
    ['missing', DNSLookupError],
    ['failing', DNSLookupError],
    [[], DNSLookupError],
    ['silent', TimeoutError],
    [[nowhere], NoRouteError],
    [client.addresses, ConnectionRefusedError],
    [server.addresses, undefined],
    [[nowhere, ...server.addresses], undefined],
    [[...client.addresses, ...server.addresses], undefined],
  ];
  for (let count = 0; count < 20; count += 1) {
    const [answer, expected] = world.dice.pick(cases);
    const slow = world.dice.chance(0.2);
    world.names.set('server', answer);
    world.names.delayMs = slow ? 5000 : world.dice.pick([0.1, 300]);
    const began = world.now;
    const met = await attempt(client.reactor);
    const took = world.now - began;
    const due = slow ? TimeoutError : expected;
    expect(due === undefined ? met === undefined : met instanceof due, `${answer} gave ${met}`);
    expect(took <= 2001, `an attempt of at most 2,000 ms took ${took}`);
  }
}

/** What came of an attempt to connect: its error, if any. */
async function attempt(reactor: Reactor): Promise<unknown> {
  try {
    const { transport } = await connect('tcp:server:8007', new Protocol(), { reactor, timeoutMs: 2000 });
    transport.loseConnection();
    return undefined;
  } catch (error) {
    return error;
  }
}

export const CLOCKS: readonly Scene[] = [
  { name: 'row 16 the wall clock jumps, and no timer is early or late', options: { faultPlan: WHOLE }, play: jumps },
  { name: 'row 17 names fail, hang and lie: a typed error in time', options: { faultPlan: WHOLE }, play: names },
];
