import type { Clock, ErrorReport } from 'couplet';
import { connect, Factory, Protocol, Reactor } from 'couplet';
import { formatTraffic, logTraffic } from 'couplet/policies';
import { Echo } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import { hasControls } from '../../controls.ts';
import type { Scene } from './scene.ts';
import { expect, WHOLE } from './scene.ts';

/** Where a protocol fails. */
const PLACES = [
  'buildProtocol',
  'connectionMade',
  'dataReceived',
  'readingResumed',
  'readConnectionLost',
  'writeConnectionLost',
  'connectionLost',
] as const;

type Place = (typeof PLACES)[number];

/** Builds protocols that fail in one place, at once or in a promise. */
class Failing extends Factory {
  readonly place: Place;
  readonly late: boolean;
  readonly reasons: Error[] = [];
  clock: Clock | undefined;
  readonly error: Error;
  constructor(place: Place, late: boolean) {
    super();
    this.place = place;
    this.late = late;
    this.error = new Error(`${place} fails`);
  }
  override startFactory(clock: Clock): void {
    this.clock = clock;
  }
  override buildProtocol(): Fails {
    if (this.place === 'buildProtocol') throw this.error;
    return new Fails(this);
  }
}

class Fails extends Protocol<unknown> {
  readonly #failing: Failing;
  constructor(failing: Failing) {
    super();
    this.#failing = failing;
  }
  override connectionMade(): void | Promise<void> {
    const { transport } = this;
    if (this.#failing.place === 'readingResumed') {
      transport.pauseProducing();
      this.#failing.clock?.callLater(50, () => transport.resumeProducing());
    }
    if (this.#failing.place === 'writeConnectionLost') transport.loseWriteConnection();
    return this.#at('connectionMade');
  }
  override dataReceived(): void | Promise<void> {
    return this.#at('dataReceived');
  }
  override readingResumed(): void | Promise<void> {
    return this.#at('readingResumed');
  }
  override readConnectionLost(): void | Promise<void> {
    if (this.#failing.place !== 'readConnectionLost') this.transport.loseConnection();
    return this.#at('readConnectionLost');
  }
  override writeConnectionLost(): void | Promise<void> {
    return this.#at('writeConnectionLost');
  }
  override connectionLost(reason: Error): void | Promise<void> {
    this.#failing.reasons.push(reason);
    return this.#at('connectionLost');
  }
  #at(place: Place): void | Promise<void> {
    if (place !== this.#failing.place) return;
    if (this.#failing.late) return this.#late();
    throw this.#failing.error;
  }
  async #late(): Promise<void> {
    // By the factory's clock: where the place is connectionLost, the connection's own is over.
    await new Promise((resolve) => this.#failing.clock?.callLater(20, () => resolve(undefined)));
    throw this.#failing.error;
  }
}

/** Says a word, and ends its output where that is what the other side fails at. */
class Victim extends Protocol<unknown> {
  readonly #ends: boolean;
  lost = false;
  constructor(ends: boolean) {
    super();
    this.#ends = ends;
  }
  override connectionMade(): void {
    this.transport.write('word');
    if (this.#ends) this.transport.loseWriteConnection();
  }
  override connectionLost(): void {
    this.lost = true;
  }
}

class Bystander extends Protocol<unknown> {
  heard = '';
  override dataReceived(data: Buffer): void {
    this.heard += data.toString('latin1');
  }
}

async function callbacksThrow(world: World): Promise<void> {
  const reports: ErrorReport[] = [];
  const factories = PLACES.flatMap((place) => [new Failing(place, false), new Failing(place, true)]);
  await world.host('server').run(async (reactor) => {
    reactor.observe({ error: (report) => reports.push(report) });
    await reactor.listenTCP(8007, Factory.forProtocol(Echo));
    for (const [at, factory] of factories.entries()) await reactor.listenTCP(1 + at, factory);
  });
  const { reactor } = world.host('client');
  const bystander = await connect('tcp:server:8007', new Bystander(), { reactor });
  bystander.transport.write('two lines ');
  const victims: Victim[] = [];
  for (const [at, { place }] of factories.entries()) {
    const ends = place === 'readConnectionLost' || place === 'connectionLost';
    victims.push(await connect(`tcp:server:${1 + at}`, new Victim(ends), { reactor }));
  }
  await world.until(() => victims.every(({ lost }) => lost) && reports.length >= factories.length, 10);
  bystander.transport.write('that rhyme');
  await world.until(() => bystander.heard === 'two lines that rhyme', 10);
  await world.sleep(1000);
  expect(reports.length === factories.length, `${reports.length} reports of ${factories.length} errors`);
  for (const { place, error, reasons } of factories) {
    const own = reports.filter((report) => report.error === error);
    expect(own.length === 1 && own[0]?.where === place, `${place}: ${own.length} reports, of ${own[0]?.where}`);
    if (place === 'buildProtocol') continue;
    const [reason, ...more] = reasons;
    expect(more.length === 0 && reason !== undefined, `${place}: connectionLost ${reasons.length} times`);
    if (place !== 'connectionLost') expect(reason === error, `${place}: the reason is ${reason}`);
  }
}

/** Complains of what it is told, in the words of whoever told it. */
class Parrot extends Protocol {
  override dataReceived(data: Buffer): void {
    throw new Error(`'${data.toString()}' is no command`);
  }
}

async function controlCharacters(world: World): Promise<void> {
  const process = world.host('server').spawn();
  const server = new Reactor(process);
  const ended = server.run();
  const lines: string[] = [];
  const logged = logTraffic(Factory.forProtocol(Parrot), (entry) => lines.push(formatTraffic(entry)));
  await server.listenTCP(8007, logged);
  const { reactor } = world.host('client');
  for (let count = 0; count < 10; count += 1) {
    const { transport } = await connect('tcp:server:8007', new Protocol(), { reactor });
    const codes = Array.from({ length: 40 }, () => world.dice.pick([world.dice.whole(0, 0xa0), 0x1b, 0x0a, 0x0d]));
    transport.write(`x${String.fromCharCode(...codes)}\u2028\u2029\u202e\u200b\ufeff\u{e0041}`);
    await world.until(() => transport.disconnected && process.complaints.length > count, 10);
  }
  server.stop();
  await ended;
  expect(process.complaints.length === 10, `${process.complaints.length} lines for 10 errors`);
  expect(lines.length >= 30, `${lines.length} lines for 10 connections`);
  for (const line of [...process.complaints, ...lines]) expect(!hasControls(line), `raw: ${JSON.stringify(line)}`);
}

export const FAILURES: readonly Scene[] = [
  {
    name: 'row 20 a callback that throws ends its connection alone, and is reported once',
    options: { faultPlan: WHOLE, allowErrors: true },
    play: callbacksThrow,
  },
  {
    name: 'row 21 no control character of a peer gets into a line',
    options: { faultPlan: WHOLE },
    play: controlCharacters,
  },
];
