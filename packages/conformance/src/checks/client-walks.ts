import type { Connector } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { RecordingFactory } from '../recording-factory.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import type { ScriptedWire } from '../scripted-wire.ts';
import { addressesOf } from '../scripted-wire.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R21: the order of a client factory's callbacks on random paths. */
export function clientWalkChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  for (let seed = 1; seed <= WALKS; seed += 1) {
    suite.addRehearsed(`R21 the order holds on any path (${seed})`, (scripted) => new Walk(scripted, seed).go());
  }
  return suite.checks;
}

const WALKS = 20;
const STEPS = 300;

/** Each page of a diary as a letter. */
const LETTERS: readonly (readonly [page: string, letter: string])[] = [
  ['startFactory', 'F'],
  ['startedConnecting', 'S'],
  ['buildProtocol', 'B'],
  ['connectionMade', 'M'],
  ['connectionLost', 'L'],
  ['clientConnectionLost', 'C'],
  ['clientConnectionFailed', 'f'],
  ['stopFactory', 'X'],
];

/** Every life of a connector that has ended: rounds of attempts, each failed, refused by the factory, or connected and lost. */
const WHOLE = /^(?:F(?:S(?:f|BC|BMLC))+X)*$/;
/** The beginning of such a life. */
const BEGUN = /^(?:F(?:S(?:f|BC|BMLC))+X)*(?:F(?:S(?:f|BC|BMLC))*(?:S(?:B(?:ML?)?)?)?)?$/;

function lettersOf({ records }: RecordingFactory): string {
  return records.map((page) => LETTERS.find(([name]) => name === page.split(' ')[0])?.[1] ?? '?').join('');
}

/** A walk through everything that can happen to one connector, in an order that the seed decides. */
class Walk {
  readonly #scripted: ScriptedRun;
  readonly #seed: number;
  readonly #client: RecordingFactory;
  readonly #wires: ScriptedWire[] = [];
  #state: number;

  constructor(scripted: ScriptedRun, seed: number) {
    this.#scripted = scripted;
    this.#seed = seed;
    this.#state = seed;
    const again = (connector: Connector): void => {
      if (this.#below(2) === 0) connector.connect();
    };
    this.#client = new RecordingFactory({
      builds: (actor) => (this.#below(8) === 0 ? null : actor),
      made: ({ transport }) => {
        if (this.#below(6) === 0) transport.loseConnection();
      },
      failed: again,
      lost: again,
    });
  }

  async go(): Promise<void> {
    const { reactor, backend } = this.#scripted;
    backend.addresses.set('poem.test', addressesOf('192.0.2.1', '2001:db8::1', '192.0.2.2'));
    const run = this.#scripted.run();
    const connector = reactor.connectTCP('poem.test', 8007, this.#client, { timeoutMs: 1000 });
    for (let step = 0; step < STEPS; step += 1) {
      this.#step(connector);
      if (this.#below(3) > 0) await backend.advance(this.#below(2) * this.#below(600));
      const letters = lettersOf(this.#client);
      expect(BEGUN.test(letters), `seed ${this.#seed}, step ${step}: the order is ${letters}`);
    }
    reactor.stop();
    await run.ended;
    const letters = lettersOf(this.#client);
    expect(WHOLE.test(letters), `seed ${this.#seed}: at the end the order is ${letters}`);
    expectSame(
      [connector.state, this.#client.numPorts, backend.alarmed],
      ['disconnected', 0, undefined],
      'what is left',
    );
    for (const attempt of backend.attempts) attempt.succeed();
    await backend.settled();
    expectSame(lettersOf(this.#client), letters, 'the order after the end');
  }

  #step(connector: Connector): void {
    const attempt = this.#scripted.backend.attempts.at(-1 - this.#below(3));
    switch (this.#below(8)) {
      case 0:
      case 1:
        if (attempt !== undefined) this.#wires.push(attempt.succeed());
        break;
      case 2:
      case 3:
        attempt?.fail(this.#below(2) === 0 ? 'refused' : 'unreachable');
        break;
      case 4:
        this.#wires.at(-1)?.lose(this.#below(2) === 0 ? 'done' : 'reset');
        break;
      case 5:
        connector.disconnect();
        break;
      case 6:
        if (connector.state === 'connecting') connector.stopConnecting();
        break;
      default:
        if (connector.state === 'disconnected') connector.connect();
    }
  }

  /** A number of at least 0 and below that, by a linear congruential generator. */
  #below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }
}
