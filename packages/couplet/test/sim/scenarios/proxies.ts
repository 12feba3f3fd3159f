import type { DelayedCall } from 'couplet';
import { ClientFactory, ClientTLS, Factory, Protocol, ServerTLS } from 'couplet';
import { limitPerPeer } from 'couplet/policies';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect, WHOLE } from './scene.ts';

const PORT = 8007;
const HEADER_MS = 5000;
/** How much later than at the deadline a distant peer may hear of it. */
const FAR_MS = 5000;
const GUESTS = 12;
/** How many connections one announced address may have at a time. */
const MOST = 2;

/** Says who was announced. */
class Host extends Protocol<Hosts> {
  override connectionMade(): void {
    const peer = this.transport.getPeer();
    this.factory.seen.add(peer.authority);
    this.transport.write(peer.authority);
  }
}

class Hosts extends Factory {
  override protocol = Host;
  readonly seen: Set<string> = new Set();
}

/** Writes something first, a piece at a time, and collects the answer. */
class Guest extends Protocol<unknown> {
  readonly #world: World;
  readonly #pieces: Buffer[];
  #timer: DelayedCall | undefined;
  madeMs = 0;
  lostMs: number | undefined;
  answer = '';
  constructor(world: World, first: Buffer) {
    super();
    this.#world = world;
    this.#pieces = cut(world, first);
  }
  override connectionMade(): void {
    this.madeMs = this.#world.now;
    this.#next();
  }
  override dataReceived(data: Buffer): void {
    this.answer += data;
  }
  override connectionLost(): void {
    this.lostMs = this.#world.now;
    this.#timer?.cancel();
  }
  #next(): void {
    const piece = this.#pieces.shift();
    if (piece === undefined) return;
    this.transport.write(piece);
    this.#timer = this.transport.clock.callLater(this.#world.dice.between(0, 20), () => this.#next());
  }
}

/** The bytes, in one piece or in several. */
function cut({ dice }: World, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = dice.chance(0.3) ? bytes.length : Math.min(bytes.length, from + dice.whole(1, 30));
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}

/** A header with a byte or two that are wrong, or its end missing. It announces nobody that is honest. */
function garbage({ dice }: World): Buffer {
  const header = Buffer.from('PROXY TCP4 203.0.113.66 203.0.113.1 666 8007\r\n');
  const kind = dice.pick(['noise', 'half', 'wrong', 'silence']);
  if (kind === 'silence') return Buffer.alloc(0);
  if (kind === 'half') return header.subarray(0, dice.whole(1, header.length - 1));
  if (kind === 'noise') return Buffer.from(Array.from({ length: dice.whole(1, 300) }, () => dice.whole(128, 255)));
  header[dice.whole(0, 10)] = dice.whole(128, 255);
  return header;
}

async function announcements(world: World): Promise<void> {
  const { cert, key, ca } = world.certificate({ names: ['server'] });
  const secure = world.dice.chance(0.5);
  const proxy = world.host('proxy');
  const hosts = new Hosts();
  const refused: string[] = [];
  await world.host('server').run(async (reactor) => {
    reactor.observe({ connectionRefused: (peer) => void refused.push(peer.authority) });
    await reactor.listenTCP(PORT, limitPerPeer(hosts, { max: MOST }), {
      haproxy: { trusted: proxy.addresses, headerTimeoutMs: HEADER_MS },
      ...(secure && { tls: new ServerTLS({ cert, key }) }),
    });
  });
  const tls = secure ? { tls: new ClientTLS({ ca }) } : {};
  const call = (from: string, guest: Guest, options: object): void => {
    const factory = ClientFactory.forProtocol(Protocol);
    factory.buildProtocol = () => guest;
    world.host(from).reactor.connectTCP('server', PORT, factory, options);
  };

  const intruders: Guest[] = [];
  const honest: [Guest, string][] = [];
  for (let number = 1; number <= GUESTS; number += 1) {
    const host = `192.0.2.${number}`;
    const source = { family: 'IPv4', host, port: 1000 + number } as const;
    const version = world.dice.pick([1, 2] as const);
    const destination = { family: 'IPv4', host: '192.0.2.254', port: PORT } as const;
    const guest = new Guest(world, Buffer.alloc(0));
    honest.push([guest, `${host}:${source.port}`]);
    call('proxy', guest, { ...tls, proxyHeader: { version, command: 'PROXY', source, destination, tlvs: [] } });
    const broken = new Guest(world, garbage(world));
    const forged = new Guest(world, Buffer.from('PROXY TCP4 203.0.113.66 203.0.113.1 666 8007\r\nhello'));
    intruders.push(broken, forged);
    call('proxy', broken, {});
    call('mallory', forged, {});
    await world.sleep(world.dice.between(0, 500));
  }

  await world.until(() => intruders.every(({ lostMs }) => lostMs !== undefined), 100);
  await world.until(() => honest.every(([{ answer }, name]) => answer === name), 100);
  for (const { madeMs, lostMs = 0, answer } of intruders) {
    expect(answer === '', `an intruder was told ${answer}`);
    expect(lostMs - madeMs <= HEADER_MS + FAR_MS, `an intruder was borne for ${lostMs - madeMs} ms`);
  }
  expect(hosts.seen.size === GUESTS, `the server has seen ${[...hosts.seen]}`);
  expect(![...hosts.seen].some((peer) => peer.includes('203.0.113.66')), 'a forged address was believed');
  expect(refused.length === intruders.length, `${refused.length} of ${intruders.length} were refused`);
  // Each announced address has places of its own, though they all come from one.
  for (const [guest] of honest) guest.transport.loseConnection();
}

export const PROXIES: readonly Scene[] = [
  {
    name: 'row 19 only whom a trusted proxy announces is believed, and who announces nobody is closed in time',
    options: { faultPlan: WHOLE },
    play: announcements,
  },
];
