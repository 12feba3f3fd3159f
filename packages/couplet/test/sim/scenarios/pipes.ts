import { ConnectError, ConnectionDone, connect, Factory, Protocol } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward, SocksFactory } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { affordable, expect, LOUD } from './scene.ts';

/** What a SOCKS 5 client says for a connection to `server`, port 8007 (RFC 1928), and what it hears before the answer. */
const SOCKS_SAYS = Buffer.from([5, 1, 0, 5, 1, 0, 3, 6, ...Buffer.from('server'), 0x1f, 0x47]);
const SOCKS_HEARS = 2 + 10;

/** Sends everything back, once it is whole. */
class Mirror extends Protocol {
  readonly #parts: Buffer[] = [];
  override dataReceived(data: Buffer): void {
    this.#parts.push(data);
  }
  override readConnectionLost(): void {
    for (const part of this.#parts) this.transport.write(part);
    this.transport.loseConnection();
  }
}

class Asks extends Protocol<unknown> {
  readonly #parts: Buffer[] = [];
  reason: Error | undefined;
  get heard(): Buffer {
    return Buffer.concat(this.#parts);
  }
  override dataReceived(data: Buffer): void {
    this.#parts.push(data);
  }
  override readConnectionLost(): void {
    this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** Asks through a relay until the answer is whole. What ends in order is whole, however often something goes wrong. */
async function relayed(world: World, port: number, says: Buffer, hears: number): Promise<void> {
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, Factory.forProtocol(Mirror));
  });
  await world.host('relay').run(async (reactor) => {
    await reactor.listenTCP(1, portForward(clientFromString(reactor, 'tcp:server:8007:timeout=5')));
    const allow = [{ host: 'server', port: 8007 }];
    await reactor.listenTCP(2, new SocksFactory(reactor, { allow, timeoutMs: 5000 }));
  });
  const { reactor } = world.host('client');
  const question = Buffer.alloc(affordable(world, 3000), 'is that a poem? ');
  for (let whole = 0; whole < 3; ) {
    const asks = new Asks();
    try {
      await connect(`tcp:relay:${port}`, asks, { reactor, timeoutMs: 5000 });
    } catch (error) {
      expect(error instanceof ConnectError, `it failed with ${error}`);
      await world.sleep(1000);
      continue;
    }
    const deadline = reactor.callLater(60_000, () => asks.transport.abortConnection());
    asks.transport.write(says);
    asks.transport.write(question);
    asks.transport.loseWriteConnection();
    await world.until(() => asks.reason !== undefined, 10);
    if (deadline.active) deadline.cancel();
    if (!(asks.reason instanceof ConnectionDone)) continue;
    if (asks.heard.length === hears && hears > 0) continue;
    const answer = asks.heard.subarray(hears);
    expect(answer.equals(question), `an answer of ${answer.length} bytes instead of ${question.length}`);
    whole += 1;
  }
}

const OPTIONS: Scene['options'] = { profile: 'storm', faultPlan: { faults: LOUD }, patienceMs: 3_600_000 };

export const PIPES: readonly Scene[] = [
  {
    name: 'row 8 what a forwarded connection ends in order is whole',
    options: OPTIONS,
    play: (world) => relayed(world, 1, Buffer.alloc(0), 0),
  },
  {
    name: 'row 8 what SOCKS connects and ends in order is whole',
    options: OPTIONS,
    play: (world) => relayed(world, 2, SOCKS_SAYS, SOCKS_HEARS),
  },
];
