import type { Connection, Handler } from 'couplet';
import { ClientFactory, ConversationFactory, Protocol } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R60: no connection keeps the loop. */
export function fairnessChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addBytes(suite);
  addTime(suite);
  return suite.checks;
}

/** What one connection may hand over between two other events. */
const MOST = 256 * 1024;
const POEM = poemOf(2_000_000);
const SHORT = poemOf(300_000);

/** Builds what it is told. */
class Building extends ClientFactory {
  readonly #build: () => Protocol;
  constructor(build: () => Protocol) {
    super();
    this.#build = build;
  }
  override buildProtocol(): Protocol {
    return this.#build();
  }
}

/** The pieces of a poem, each of them computed when it is asked for. */
function* piecesOf(poem: Buffer, piece: number, before: () => void = () => {}): Generator<Buffer, void> {
  for (let at = 0; at < poem.length; at += piece) {
    before();
    yield poem.subarray(at, at + piece);
  }
}

type Pieces = Generator<Buffer, void>;

/** Every way to write on and on to a reader that keeps up. */
const ways: readonly [name: string, build: (pieces: Pieces) => Protocol][] = [
  ['a writer that awaits drained', (pieces) => new Drained(pieces)],
  [
    'a writer that awaits connection.write',
    (pieces) =>
      conversing(async (connection: Connection) => {
        for (const piece of pieces) await connection.write(piece);
      }),
  ],
  ['a pull producer', (pieces) => new Pulled(pieces)],
  ['a streaming producer', (pieces) => new Streamed(pieces)],
];

function conversing(handler: Handler): Protocol {
  const protocol = new ConversationFactory(handler).buildProtocol();
  expect(protocol !== null, 'a factory refuses that does not override buildProtocol');
  return protocol;
}

class Drained extends Protocol {
  readonly #pieces: Pieces;
  constructor(pieces: Pieces) {
    super();
    this.#pieces = pieces;
  }
  override async connectionMade(): Promise<void> {
    for (const piece of this.#pieces) if (!this.transport.write(piece)) await this.transport.drained();
    this.transport.loseConnection();
  }
}

class Pulled extends Protocol {
  readonly #pieces: Pieces;
  constructor(pieces: Pieces) {
    super();
    this.#pieces = pieces;
  }
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
  }
  resumeProducing(): void {
    const { done, value } = this.#pieces.next();
    if (done !== true) {
      this.transport.write(value);
      return;
    }
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
  stopProducing(): void {}
}

class Streamed extends Protocol {
  readonly #pieces: Pieces;
  #going = true;
  constructor(pieces: Pieces) {
    super();
    this.#pieces = pieces;
  }
  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }
  pauseProducing(): void {
    this.#going = false;
  }
  resumeProducing(): void {
    this.#going = true;
    while (this.#going) {
      const { done, value } = this.#pieces.next();
      if (done === true) {
        this.transport.unregisterProducer();
        this.transport.loseConnection();
        return;
      }
      this.transport.write(value);
    }
  }
  stopProducing(): void {}
}

/** What has left on one connection: all of it, and as much as left between two other events at most. */
interface Flow {
  readonly chunks: Buffer[];
  most: number;
}

/** The connections of a scene, and what left on each. */
class Scales {
  readonly flows: Flow[] = [];
  /** How many events there were, and in the order of their turns who wrote. */
  events = 0;
  readonly turns: number[][] = [[]];
  readonly #scripted: ScriptedRun;

  constructor(scripted: ScriptedRun) {
    this.#scripted = scripted;
    const { clock } = scripted.backend;
    const { yield: passed } = clock;
    clock.yield = (task) =>
      passed(() => {
        this.#begin();
        task();
      });
  }

  /** Another event has its turn. */
  #begin(): void {
    this.events += 1;
    this.turns.push([]);
  }

  connect(build: () => Protocol): void {
    const { reactor, backend } = this.#scripted;
    this.#begin();
    reactor.connectTCP('192.0.2.1', 8007, new Building(build));
    const flow: Flow = { chunks: [], most: 0 };
    const which = this.flows.push(flow) - 1;
    let [event, inEvent] = [-1, 0];
    const take = (chunk: Uint8Array): boolean => {
      if (event !== this.events) inEvent = 0;
      event = this.events;
      inEvent += chunk.length;
      flow.most = Math.max(flow.most, inEvent);
      flow.chunks.push(Buffer.from(chunk));
      const turn = this.turns.at(-1);
      if (turn !== undefined && !turn.includes(which)) turn.push(which);
      return true;
    };
    backend.attempts.at(-1)?.succeed((wire) => {
      wire.write = take;
    });
  }

  /** Resolves when all has left. */
  async empty(poem: Buffer): Promise<void> {
    const whole = (flow: Flow): boolean => flow.chunks.reduce((sum, { length }) => sum + length, 0) >= poem.length;
    for (let turns = 0; !this.flows.every(whole); turns += 1) {
      expect(turns < 1000, 'after 1000 turns a connection has not sent everything');
      await this.#scripted.backend.settled();
    }
  }
}

function addBytes(suite: AllSuites): void {
  for (const [name, build] of ways) {
    for (const count of [1, 4, 16]) {
      suite.addRehearsed(
        `R60 ${name}, ${count} times, hands over at most 256 KiB between two other events`,
        async (scripted) => {
          const scales = new Scales(scripted);
          for (let which = 0; which < count; which += 1) scales.connect(() => build(piecesOf(POEM, 50_000)));
          await scales.empty(POEM);
          for (const { chunks, most } of scales.flows) {
            expectPoem(Buffer.concat(chunks), POEM, 'a reader');
            expect(most <= MOST, `${most} bytes left between two other events`);
          }
          expect(scales.events >= POEM.length / MOST - 1, `there were ${scales.events} other events`);
        },
      );
    }

    suite.addRehearsed(`R60 ${name} keeps its place among others that are put off`, async (scripted) => {
      const scales = new Scales(scripted);
      for (let which = 0; which < 5; which += 1) scales.connect(() => build(piecesOf(POEM, 50_000)));
      await scales.empty(POEM);
      // The first turn of each is that of its connection.
      const order = scales.turns.slice(6).flat().slice(0, 25);
      const counts = [0, 0, 0, 0, 0];
      for (const which of order) {
        counts[which] = (counts[which] ?? 0) + 1;
        expect(Math.max(...counts) - Math.min(...counts) <= 1, `the order of the turns is ${order}`);
      }
    });
  }
}

function addTime(suite: AllSuites): void {
  for (const [name, build] of ways) {
    for (const count of [1, 16, 100]) {
      suite.addRehearsed(`R60 ${name}, ${count} times, leaves the loop within 20 ms`, async (scripted) => {
        const { reactor, backend } = scripted;
        const scales = new Scales(scripted);
        let [since, event, worst] = [backend.time, -1, 0];
        const spend = (): void => {
          if (event !== scales.events) since = backend.time;
          event = scales.events;
          // So long does it take to compute a row.
          backend.time += 0.02;
          worst = Math.max(worst, backend.time - since);
        };
        for (let which = 0; which < count; which += 1) {
          scales.connect(() => build(piecesOf(SHORT, 1000, spend)));
        }
        const rang: number[] = [];
        reactor.callLater(5, () => rang.push(backend.time));
        await scales.empty(SHORT);
        // The longest callback is that of a streaming producer: 66 rows until it is paused.
        expect(worst <= 20 + 66 * 0.02, `${worst.toFixed(2)} ms went by until another event had its turn`);
        await backend.advance(10);
        expectSame(rang.length, 1, 'how often the timer rang');
        for (const { chunks } of scales.flows) expectPoem(Buffer.concat(chunks), SHORT, 'a reader');
      });
    }
  }
}
