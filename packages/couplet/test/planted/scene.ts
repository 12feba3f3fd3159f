import type { Reactor } from 'couplet';
import { connect, Protocol } from 'couplet';
import type { FaultPlan, Profile, Scenario, World } from 'couplet/sim';

/** A scenario that is made to be broad: it has to fail for as many bugs as there can be in what it uses. */
export interface Scene {
  readonly name: string;
  readonly profile: Profile;
  readonly faultPlan?: Partial<FaultPlan>;
  readonly scenario: Scenario;
}

/** A network of any kind on which nothing goes wrong by itself, so that everything has to be exact. */
export function scene(name: string, scenario: Scenario): Scene {
  return { name, profile: 'rough', faultPlan: { faults: [], faultsMs: 0 }, scenario };
}

export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  expect(is === should, `${what}: ${is.slice(0, 300)}, not ${should.slice(0, 300)}`);
}

/** One end that keeps what it hears, and closes when the other end does. */
export class Listener extends Protocol {
  readonly #heard: Buffer[] = [];
  reason: Error | undefined;

  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  override dataReceived(data: Buffer): void {
    this.#heard.push(data);
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** Connects a listener from the client's host to a port of the server's: to its one address, so that no attempts race. */
export function call(world: World, port: number, protocol: Listener = new Listener()): Promise<Listener> {
  const [address = ''] = world.host('server').addresses;
  return connect(`tcp:${address}:${port}`, protocol, { reactor: client(world) });
}

export function server(world: World): Reactor {
  return world.host('server').reactor;
}

export function client(world: World): Reactor {
  return world.host('client').reactor;
}

/** How many bytes go through this network in not too many pieces, and in seconds. */
export function sizeFor({ conditions }: World, most: number): number {
  const { segmentBytes, receiveBufferBytes, bytesPerMs } = conditions;
  return Math.min(most, segmentBytes * 1500, receiveBufferBytes * 100, bytesPerMs * 400);
}

/** Writes bytes in pieces of any size, some of them a while after the one before. Resolves when all are written. */
export async function writePieces({ transport }: Protocol, world: World, bytes: Buffer): Promise<void> {
  const most = world.dice.pick([1, 3, 40, 1000]);
  for (let at = 0; at < bytes.length && !transport.disconnecting; ) {
    const size = world.dice.whole(1, Math.max(most, Math.ceil(bytes.length / 300)));
    transport.write(bytes.subarray(at, at + size));
    at += size;
    if (world.dice.chance(0.2)) await world.sleep(world.dice.pick([0, 1, 30]));
  }
}

/**
 * Nothing but ports may be left of these hosts a while later: no connection, and no timer of one. (An alarm may stay set for
 * a call that was cancelled; so it has to ring first.)
 */
export async function expectQuiet(world: World, ...names: string[]): Promise<void> {
  await world.sleep(40_000);
  const left = names.flatMap((name) => world.host(name).processes.flatMap(({ leftovers }) => leftovers));
  const more = left.filter((one) => !one.startsWith('the port') && one !== 'a signal handler');
  expectSame(more, [], `what is left on ${names.join(' and ')}`);
}

/** Makes the network one on which a few kilobytes take no seconds, for what is about time. */
export function widen(world: World): void {
  const { segmentBytes, sendBufferBytes, receiveBufferBytes } = world.conditions;
  world.setConditions({
    segmentBytes: Math.min(Math.max(segmentBytes, 536), 8192),
    sendBufferBytes: Math.max(sendBufferBytes, 16_384),
    receiveBufferBytes: Math.max(receiveBufferBytes, 16_384),
  });
}
