import { connect, Factory, type ListeningPort, Protocol } from 'couplet';
import type { Ledger, Policy, WhenAway } from 'couplet/policies';
import { guard, limitConnections, limitPerPeer } from 'couplet/policies';
import type { Host, HostProcess, SimLedger, World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect } from './scene.ts';

const PORT = 8007;
/** How many guests there may be on all servers together, and how many of one network. */
const MOST = 4;
const MOST_PER_PEER = 3;
const KEY = 'guests';
/** Under this name the limit shows how many connections it counts. */
const OPEN = 'open';

/** One run of a server: who is there, and what it was asked and told. */
interface Life {
  readonly process: HostProcess | undefined;
  /** How many connections its limit counts. */
  open(): unknown;
  guests: number;
  most: number;
  asked: number;
  made: number;
  refused: number;
}

/** The servers of a world, what they share, and every run of theirs. */
class Servers {
  readonly lives: Life[] = [];
  readonly world: World;
  readonly ledger: SimLedger;
  readonly whenAway: WhenAway;
  /** Whether peers are counted for all servers together, or by each. */
  readonly sharesPeers: boolean;
  readonly admissionTimeoutMs: number;
  readonly answerTimeoutMs: number;
  mostGuests = 0;

  constructor(world: World) {
    const { dice } = world;
    this.world = world;
    this.whenAway = dice.pick(['refuse', 'refuse', 'local', 'allow']);
    this.sharesPeers = dice.chance(0.5);
    this.answerTimeoutMs = dice.pick([400, 900]);
    this.admissionTimeoutMs = dice.pick([500, 3000]);
    this.ledger = world.ledger({
      delayMs: dice.pick([0, 1, 50, 800, 3000]),
      lost: 0.1,
      unknown: 0.05,
      failed: 0.05,
      ...(dice.chance(0.5) && { host: world.host('books') }),
    });
  }

  /** The guests on all servers that live. */
  get guests(): number {
    return this.living.reduce((sum, { guests }) => sum + guests, 0);
  }

  get living(): readonly Life[] {
    return this.lives.filter(({ process }) => process?.running === true);
  }

  /** The factory of a run, behind policies of which the ledger's are in the middle. */
  factory(life: Life, ledger: Ledger): Factory {
    const { whenAway, answerTimeoutMs } = this;
    const shared = { ledger, whenAway, answerTimeoutMs };
    const peers = limitPerPeer(new Guests(this, life), {
      max: MOST_PER_PEER,
      ...(this.sharesPeers && { ...shared, key: 'peer' }),
    });
    const guests = limitConnections(peers, { max: MOST, message: 'full', key: KEY, ...shared });
    life.open = () => guests.describePolicies()[0]?.[OPEN];
    const asks: Policy = {
      filter: () => {
        life.asked += 1;
        return undefined;
      },
    };
    return guard(guests, asks);
  }

  /** Runs a server, which stops its port now and then. */
  serve(server: Host): Promise<unknown> {
    const { world, admissionTimeoutMs } = this;
    return server.run(async (reactor) => {
      const process = server.processes.at(-1);
      const life: Life = { process, open: () => 0, guests: 0, most: 0, asked: 0, made: 0, refused: 0 };
      this.lives.push(life);
      reactor.observe({
        connectionMade: () => {
          life.made += 1;
        },
        connectionRefused: () => {
          life.refused += 1;
        },
        error: ({ who, where }) => {
          // The failures that the ledger was told to have are the only errors.
          if (where !== 'accept' && who !== 'LedgerClient') world.faults.push(`${who}: ${where}`);
        },
      });
      const factory = this.factory(life, this.ledger.of(server));
      const options = { admissionTimeoutMs, maxWaiting: 5, lingerTimeoutMs: 1000 };
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
}

class Guests extends Factory {
  readonly #servers: Servers;
  readonly #life: Life;
  constructor(servers: Servers, life: Life) {
    super();
    this.#servers = servers;
    this.#life = life;
  }
  override buildProtocol(): Protocol<unknown> {
    const [servers, life] = [this.#servers, this.#life];
    return new (class extends Protocol<unknown> {
      override connectionMade(): void {
        life.guests += 1;
        life.most = Math.max(life.most, life.guests);
        servers.mostGuests = Math.max(servers.mostGuests, servers.guests);
        this.transport.write('welcome');
      }
      override connectionLost(): void {
        life.guests -= 1;
      }
    })();
  }
}

class Visitor extends Protocol<unknown> {
  heard = '';
  override dataReceived(data: Buffer): void {
    this.heard += data;
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

/** Comes, stays a while, and goes in one of several ways. */
async function visit(world: World, host: Host, server: string): Promise<void> {
  await world.sleep(world.dice.between(0, 5000));
  try {
    const { transport } = await connect(`tcp:${server}:${PORT}`, new Visitor(), {
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

/** How many of two visitors from each host, who come together, are welcome. */
async function welcomes(world: World, hosts: readonly Host[]): Promise<number> {
  const visitors = await Promise.all(
    [...hosts, ...hosts].map(({ reactor }, at) =>
      connect(`tcp:${at % 2 === 0 ? 'left' : 'right'}:${PORT}`, new Visitor(), { reactor }),
    ),
  );
  await world.sleep(10_000);
  for (const { transport } of visitors) transport.loseConnection();
  return visitors.filter(({ heard }) => heard === 'welcome').length;
}

async function ledgers(world: World): Promise<void> {
  const servers = new Servers(world);
  const { ledger, whenAway } = servers;
  const serving = ['left', 'right'].map((name) => servers.serve(world.host(name)));
  const hosts = ['one', 'two', 'three'].map((name) => world.host(name));
  const visits = hosts.flatMap((host) =>
    Array.from({ length: 10 }, (_, at) => visit(world, host, at % 2 === 0 ? 'left' : 'right')),
  );
  await Promise.all(visits);
  // A program whose host crashed waits for ever.
  await Promise.race([Promise.all(serving), world.sleep(200_000)]);
  world.calm();
  await world.sleep(200_000);
  const over = (): boolean => servers.guests === 0 && ledger.granted() === 0;
  await world.until(over, 100);
  expect(ledger.most(KEY) <= MOST, `${ledger.most(KEY)} places were granted, where ${MOST} may be`);
  if (whenAway === 'refuse') expect(servers.mostGuests <= MOST, `${servers.mostGuests} guests, where ${MOST} may be`);
  for (const { most } of servers.lives)
    expect(whenAway === 'allow' || most <= MOST, `${most} guests on one server, where ${MOST} may be`);
  for (const { asked, made, refused, open } of servers.living) {
    expect(asked === made + refused, `of ${asked} that came ${made} were seated, and ${refused} were refused`);
    expect(open() === 0, `the limit still counts ${open()}`);
  }
  // All places are back: as many as may be are welcome, and no more.
  ledger.setConditions({ delayMs: 10 });
  const welcome = await welcomes(world, hosts);
  const most = servers.sharesPeers ? MOST_PER_PEER : MOST;
  expect(welcome >= most && welcome <= MOST, `${welcome} of 6 are welcome, where ${MOST} may be`);
  await world.until(over, 100);
}

export const LEDGERS: readonly Scene[] = [
  {
    name: 'row 10 a ledger that is slow, fails and answers late keeps its limit, and gets everything back',
    options: { patienceMs: 3_600_000, allowErrors: true },
    play: ledgers,
  },
  {
    name: 'row 10 the same while hosts go',
    options: { profile: 'storm', patienceMs: 3_600_000, allowErrors: true },
    play: ledgers,
  },
];
