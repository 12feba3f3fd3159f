import assert from 'node:assert/strict';
import type { NetConnectOpts, Socket } from 'node:net';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import type { Daemon } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { deployed } from './deploy.ts';
import { Book, enter, Guests, gate, visit } from './guests.ts';
import { Program } from './program.ts';
import { Redis } from './redis.ts';

const HOSTS = ['127.0.0.1', '127.0.0.2'] as const;
/** How many connections a peer may have on both machines. */
const MOST = 5;

/** Two machines that run the same application, one HAProxy before them, and one Redis for both. */
class Fleet {
  readonly redis: Redis = new Redis();
  readonly stages: readonly Stage[];
  readonly book: Book;
  readonly daemons: Daemon[] = [];
  #proxy: Program | undefined;
  #ports = { front: 0, gate: 0, metrics: 0 };
  readonly #context: TestContext;

  constructor(context: TestContext) {
    context.after(() => this.redis.end());
    this.#context = context;
    this.stages = HOSTS.map(() => new Stage(context));
    this.book = new Book(this.#folder);
  }

  async open(): Promise<void> {
    const [first, second] = HOSTS;
    this.#ports = {
      front: await freePort(first),
      gate: await freePort(first, second),
      metrics: await freePort(first, second),
    };
    await this.redis.start();
    await Promise.all(HOSTS.map((_, machine) => this.start(machine)));
    const { front, gate: port, metrics } = this.#ports;
    const configuration = deployed('haproxy.cfg')
      .replace('maxconn 20000', 'maxconn 2000')
      .replace('bind :10000', `bind 127.0.0.1:${front}`)
      .replace('192.0.2.11:10000', `${first}:${port}`)
      .replace('192.0.2.12:10000', `${second}:${port}`)
      .replace('port 9464', `port ${metrics}`);
    const path = this.stages[0]?.write('haproxy.cfg', configuration) ?? '';
    this.#proxy = new Program(this.#context, ['haproxy', '-db', '-f', path]);
    const ended = this.#proxy.ended.then(() => assert.fail('HAProxy has ended'));
    ended.catch(() => {});
    while ((await Promise.race([visit(this.place('127.0.2.0'), 0), ended])) === 'refused');
  }

  /** Starts a machine. Resolves when it is ready. */
  async start(machine: number): Promise<Daemon> {
    const { gate: port, metrics } = this.#ports;
    const stage = this.stages[machine];
    const host = HOSTS[machine];
    assert.ok(stage !== undefined && host !== undefined);
    stage.write('app.js', gate(this.book.path, `tcp:${port}:interface=${host}`));
    stage.write(
      'machine.toml',
      `daemon = { workers = 2, metrics = "tcp:${metrics}:interface=${host}", drainDelay = 3, accessLog = "off" }
[service.gate]
proxyProtocol = ["127.0.0.1/32"]
limit = { perPeer = ${MOST}, scope = "fleet" }
`,
    );
    const daemon = stage.run(['--config', 'machine.toml', '--ledger', this.redis.url]);
    this.daemons[machine] = daemon;
    await daemon.event('daemon.ready');
    return daemon;
  }

  daemon(machine: number): Daemon {
    const daemon = this.daemons[machine];
    assert.ok(daemon !== undefined);
    return daemon;
  }

  /** Where HAProxy is, for a peer with this address. */
  place(localAddress: string): NetConnectOpts {
    return { host: '127.0.0.1', port: this.#ports.front, localAddress };
  }

  async visit(peer: string): Promise<void> {
    assert.equal(await visit(this.place(peer), 0), 'whole');
  }

  /** So many peers, each of which comes again and again with so many connections at a time. */
  guests(peers: number, each: number): Guests {
    const place = (guest: number): NetConnectOpts => this.place(`127.0.1.${1 + (guest % peers)}`);
    return new Guests(peers * each, place, (guest) => 5 + (guest % 20));
  }

  /** So many guests, each visit of which is the first and only one of its peer. */
  strangers(size: number): Guests {
    let peers = 0;
    const place = (): NetConnectOpts => {
      peers += 1;
      return this.place(`127.${1 + (peers >> 16)}.${(peers >> 8) & 255}.${peers & 255}`);
    };
    return new Guests(size, place, (guest) => 5 + (guest % 20));
  }

  /** Waits until all workers of both machines have told of something, that many times. */
  async told(event: string, times: number): Promise<void> {
    await Promise.all(
      this.daemons.flatMap((daemon) => daemon.workers.map((pid) => daemon.event(event, { pid }, times))),
    );
  }

  /** Waits until the log of HAProxy has said that a machine is up, or down, that many times. It warns of each besides. */
  async seen(machine: number, state: 'UP' | 'DOWN', times = 1): Promise<void> {
    await this.#proxy?.line(new RegExp(`^Server poetry/poetry${machine + 1} is ${state}`), times);
  }

  /** Checks that no peer has more than it may, now that guests come who want more. */
  async check(): Promise<void> {
    const from = this.book.mark();
    const guests = this.guests(6, 2 * MOST);
    await guests.whole(300);
    const visits = await guests.stop();
    assert.equal(this.book.read(from).mostOfOne, MOST);
    assert.equal(visits.broken, 0);
    assert.ok(visits['turned away'] > 0);
  }

  get #folder(): string {
    return this.stages[0]?.folder ?? '';
  }
}

/** Comes until so many guests of a peer are in. */
async function fill(place: NetConnectOpts, inside: Socket[], count: number): Promise<void> {
  while (inside.length < count) {
    const guest = await enter(place);
    if (guest === undefined) continue;
    inside.push(guest);
    guest.once('close', () => inside.splice(inside.indexOf(guest), 1));
  }
}

test('R-D29 two machines, one HAProxy and one Redis, 5 connections a peer', { timeout: 180_000 }, async (t) => {
  const fleet = new Fleet(t);
  await fleet.open();

  await t.test('never 6 of a peer, and both serve', { timeout: 40_000 }, async () => {
    await fleet.check();
    const served = new Set(fleet.book.pids());
    for (const { workers } of fleet.daemons) assert.ok(workers.some((pid) => served.has(pid)));
  });

  await t.test(
    'a frozen Redis: both serve on by their own counts, and hold the limit again when it is back',
    {
      timeout: 40_000,
    },
    async () => {
      const guests = fleet.guests(6, MOST);
      await guests.whole(50);
      fleet.redis.freeze();
      await fleet.told('ledger.down', 1);
      await guests.whole(300);
      fleet.redis.thaw();
      await fleet.told('ledger.up', 1);
      await guests.stop();
      await fleet.check();
    },
  );

  await t.test('a Redis that is killed and comes back empty: the same', { timeout: 40_000 }, async () => {
    const guests = fleet.guests(6, MOST);
    await guests.whole(50);
    await fleet.redis.kill();
    await fleet.told('ledger.down', 2);
    await guests.whole(300);
    await fleet.redis.start();
    await fleet.told('ledger.up', 2);
    const { broken } = await guests.stop();
    assert.equal(broken, 0);
    await fleet.check();
  });

  await t.test(
    'a Redis that is emptied: those inside stay, and count again within seconds',
    { timeout: 40_000 },
    async () => {
      const peer = fleet.place('127.0.2.1');
      const inside: Socket[] = [];
      await fill(peer, inside, MOST);
      assert.equal(await enter(peer), undefined);
      await fleet.redis.command('FLUSHALL');
      while ((await fleet.redis.command('ZCARD', 'couplet:{gate}:nodes')) !== 4);
      assert.equal(await enter(peer), undefined);
      assert.equal(inside.length, MOST);
      for (const guest of [...inside]) guest.destroy();
    },
  );

  await t.test(
    'a machine is killed: its places are free within 12 s, and the other serves',
    { timeout: 40_000 },
    async (t) => {
      const peer = fleet.place('127.0.2.2');
      const inside: Socket[] = [];
      const from = fleet.book.mark();
      await fill(peer, inside, MOST);
      const victim = fleet.daemon(1);
      const pids = [victim.pid, ...victim.workers];
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      for (const pid of pids) fleet.book.kill(pid);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      const since = performance.now();
      await victim.ended;
      await fleet.seen(1, 'DOWN');
      const left = inside.length;
      assert.ok(left > 0 && left < MOST, `${left} of ${MOST} are on the other machine`);
      await fleet.visit('127.0.2.3');
      await fill(peer, inside, MOST);
      const seconds = (performance.now() - since) / 1000;
      t.diagnostic(`${MOST - left} places were free after ${seconds.toFixed(1)} s`);
      assert.ok(seconds > 5 && seconds < 25, `${seconds} s`);
      assert.equal(fleet.book.read(from).mostOfOne, MOST);
      for (const guest of [...inside]) guest.destroy();
      await fleet.start(1);
      await fleet.seen(1, 'UP');
    },
  );

  await t.test('a machine drains and ends: none is lost', { timeout: 40_000 }, async () => {
    const leaving = fleet.daemon(1);
    // A peer that comes again at once may be one too many: its place of before is given back only behind the goodbye.
    const guests = fleet.strangers(40);
    await guests.whole(100);
    leaving.signal('SIGTERM');
    await fleet.seen(1, 'DOWN', 2);
    const { status } = await leaving.ended;
    await guests.whole(100);
    const { whole, ...lost } = await guests.stop();
    assert.deepEqual(lost, { 'turned away': 0, refused: 0, broken: 0 });
    assert.equal(status, 0);
    assert.ok(whole > 200);
    await fleet.check();
  });
});
