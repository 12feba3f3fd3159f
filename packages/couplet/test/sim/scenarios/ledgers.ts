import { type Clock, connect, Factory, type ListeningPort, Protocol } from 'couplet';
import type { AdmissionWait, Policy, Verdict } from 'couplet/policies';
import { Filter, guard, LedgerAway, LedgerRefused, limitPerPeer, Refused } from 'couplet/policies';
import type { Host, World } from 'couplet/sim';
import type { Cause, Wire } from 'couplet/testing';
import type { Scene } from './scene.ts';
import { expect } from './scene.ts';

const PORT = 8007;
/** How many guests there may be on all servers together, and how many of one host on each. */
const MOST = 4;
const MOST_PER_PEER = 3;
const ADMISSION_MS = 500;

/** One run of a server: what it has of the ledger, and what it was asked and told. A ledger forgets the leases of a run that has ended. */
interface Life {
  leases: number;
  guests: number;
  asked: number;
  made: number;
  refused: number;
}

/** Counts guests for all servers. It is slow, fails, and answers late. */
class Ledger {
  readonly lives: Map<string, Life> = new Map();
  mostLeases = 0;
  mostGuests = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  begin(server: string): Life {
    const life = { leases: 0, guests: 0, asked: 0, made: 0, refused: 0 };
    this.lives.set(server, life);
    return life;
  }

  sum(what: 'leases' | 'guests'): number {
    return [...this.lives.values()].reduce((sum, life) => sum + life[what], 0);
  }

  /** Asks for a lease. Some give up when they are not waited for any more, and some do not look. */
  async lease(life: Life, clock: Clock, wait: AdmissionWait): Promise<'leased' | 'refused' | 'away'> {
    const { dice } = this.#world;
    const delayMs = dice.pick([0, 1, 50, 400, 499, 500, 600, 3000]);
    const away = dice.chance(0.1);
    const heeds = dice.chance(0.5);
    await new Promise<void>((resolve, reject) => {
      const call = clock.callLater(delayMs, resolve);
      if (!heeds) return;
      wait.signal.addEventListener('abort', () => {
        if (call.active) call.cancel();
        reject(wait.signal.reason);
      });
    });
    if (away) return 'away';
    if (this.sum('leases') >= MOST) return 'refused';
    life.leases += 1;
    this.mostLeases = Math.max(this.mostLeases, this.sum('leases'));
    return 'leased';
  }
}

/** What a connection holds of the ledger. */
class Lease extends Filter {
  readonly #life: Life;
  constructor(wire: Wire, life: Life) {
    super(wire);
    this.#life = life;
  }
  override onClosed(cause: Cause): void {
    super.onClosed(cause);
    this.#life.leases -= 1;
  }
}

class Guests extends Factory {
  readonly #ledger: Ledger;
  readonly #life: Life;
  constructor(ledger: Ledger, life: Life) {
    super();
    this.#ledger = ledger;
    this.#life = life;
  }
  override buildProtocol(): Protocol<unknown> {
    const [ledger, life] = [this.#ledger, this.#life];
    return new (class extends Protocol<unknown> {
      override connectionMade(): void {
        life.guests += 1;
        ledger.mostGuests = Math.max(ledger.mostGuests, ledger.sum('guests'));
        this.transport.write('welcome');
      }
      override connectionLost(): void {
        life.guests -= 1;
      }
    })();
  }
}

/** Opens a port. A host may be out of descriptors for a while. */
async function listen(world: World, open: () => Promise<ListeningPort>): Promise<ListeningPort> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (tries === 100) throw error;
      await world.sleep(1000);
    }
  }
}

/** A server that asks the ledger, between two policies that answer at once, and stops its port now and then. */
function serve(world: World, ledger: Ledger, server: Host): Promise<unknown> {
  return server.run(async (reactor) => {
    const life = ledger.begin(server.name);
    reactor.observe({
      connectionMade: () => {
        life.made += 1;
      },
      connectionRefused: () => {
        life.refused += 1;
      },
    });
    const asks: Policy = {
      filter: () => {
        life.asked += 1;
        return undefined;
      },
    };
    const leases: Policy = {
      admitsLater: true,
      filter: async (wire, clock, wait): Promise<Verdict> => {
        const answer = await ledger.lease(life, clock, wait);
        if (answer === 'leased') return new Lease(wire, life);
        return new Refused('full', answer === 'away' ? new LedgerAway('no answer') : new LedgerRefused('full'));
      },
    };
    const guests = limitPerPeer(new Guests(ledger, life), { max: MOST_PER_PEER });
    const factory = guard(guard(guests, leases), asks);
    const options = { admissionTimeoutMs: ADMISSION_MS, maxWaiting: 5, lingerTimeoutMs: 1000 };
    for (let stops = world.dice.whole(0, 2); stops >= 0; stops -= 1) {
      const port = await listen(world, () => reactor.listenTCP(PORT, factory, options));
      if (stops === 0) return;
      await world.sleep(world.dice.between(500, 3000));
      const refused = life.refused;
      const waiting = life.asked - life.made - life.refused;
      const stopped = port.stopListening();
      expect(life.refused === refused + waiting, `${waiting} waited, and ${life.refused - refused} were refused`);
      await stopped;
    }
  });
}

/** Comes, stays a while, and goes in one of several ways. */
async function visit(world: World, host: Host, server: string): Promise<void> {
  await world.sleep(world.dice.between(0, 5000));
  try {
    const { transport } = await connect(`tcp:${server}:${PORT}`, new Protocol(), {
      reactor: host.reactor,
      timeoutMs: 2000,
    });
    await world.sleep(world.dice.pick([0, 0.1, 10, 300, 1000]));
    if (world.dice.chance(0.5)) transport.abortConnection();
    else transport.loseConnection();
  } catch {
    // An attempt that fails is one visit less.
  }
}

async function ledgers(world: World): Promise<void> {
  const ledger = new Ledger(world);
  const servers = ['left', 'right'].map((name) => world.host(name));
  const serving = servers.map((server) => serve(world, ledger, server));
  const hosts = ['one', 'two', 'three'].map((name) => world.host(name));
  const visits = hosts.flatMap((host) =>
    Array.from({ length: 10 }, (_, at) => visit(world, host, at % 2 === 0 ? 'left' : 'right')),
  );
  await Promise.all(visits);
  // A program whose host crashed waits for ever.
  await Promise.race([Promise.all(serving), world.sleep(200_000)]);
  world.calm();
  await world.sleep(200_000);
  await world.until(() => ledger.sum('guests') === 0 && ledger.sum('leases') === 0, 100);
  expect(ledger.mostLeases <= MOST, `${ledger.mostLeases} leases, where ${MOST} may be`);
  expect(ledger.mostGuests <= MOST, `${ledger.mostGuests} guests, where ${MOST} may be`);
  for (const { asked, made, refused } of ledger.lives.values())
    expect(asked === made + refused, `of ${asked} that came ${made} were seated, and ${refused} were refused`);
}

export const LEDGERS: readonly Scene[] = [
  {
    name: 'row 10 a ledger that is slow, fails and answers late keeps its limit, and gets everything back',
    options: { patienceMs: 3_600_000 },
    play: ledgers,
  },
  {
    name: 'row 10 the same while hosts go',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: ledgers,
  },
];
