import { Dice } from 'couplet/testing';
import type { Part } from '../actor.ts';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { OneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R3, R5 and R7 once more: two ends that do whatever comes to their minds. */
export function chaosChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  for (let seed = 1; seed <= 5; seed += 1) {
    suite.addEach(`R3 whatever two peers do, both end, and what arrives was written (${seed})`, (stage, link) =>
      playChaos(stage, link, new Dice(String(seed))),
    );
  }
  return suite.checks;
}

const poem = poemOf(4_000_000);
const sizes = [1, 10, 1000, 20_000, 70_000, 300_000];

/** One of the two, and what it has done so far. */
class Peer {
  readonly actor: Actor;
  sent = 0;
  #begun: boolean;
  #left = false;
  #shut = false;
  #finished = false;
  aborted = false;
  readonly #stage: Stage;
  readonly #dice: Dice;

  constructor(stage: Stage, dice: Dice) {
    this.#begun = !stage.needsWord;
    this.#stage = stage;
    this.#dice = dice;
    const part: Part = { data: () => this.#hear(), resumed: () => {}, shut: () => {} };
    // When it hears the end it has heard all, and may leave.
    const eof = (actor: Actor): void =>
      void stage.reactor.callLater(dice.whole(0, 2), () => actor.transport.loseConnection());
    this.actor = new Actor(dice.whole(0, 1) === 0 ? part : { ...part, eof });
  }

  /** True when it may have thrown input away. */
  get left(): boolean {
    return this.#left || this.aborted;
  }

  /** Says a first word. */
  greet(): void {
    this.actor.transport.write(poem.subarray(0, 1));
    this.sent = 1;
  }

  /** Resolves when it has heard the first word. From then on it does something in its callbacks, too. */
  async begin(): Promise<void> {
    await this.actor.when(() => this.actor.received > 0);
    this.#begun = true;
  }

  /** Does anything. */
  act(): void {
    const { transport } = this.actor;
    const act = this.#dice.whole(0, 99);
    if (act < 60) this.#write();
    else if (act < 75) transport.pauseProducing();
    else if (act < 94) transport.resumeProducing();
    else if (act < 97) this.#endOutput();
    else if (act < 99) {
      this.#left = true;
      transport.loseConnection();
    } else {
      this.aborted = true;
      transport.abortConnection();
    }
  }

  /** Does nothing more, and hears what there is still to hear. */
  finish(): void {
    this.#finished = true;
    this.#endOutput();
    this.actor.transport.resumeProducing();
  }

  #endOutput(): void {
    this.#shut = true;
    this.actor.transport.loseWriteConnection();
  }

  #write(): void {
    const { transport } = this.actor;
    const size = sizes[this.#dice.whole(0, sizes.length - 1)] ?? 0;
    if (this.sent + size > poem.length) return;
    const heard = !transport.disconnecting && !this.#shut;
    transport.write(poem.subarray(this.sent, this.sent + size));
    if (heard) this.sent += size;
  }

  #hear(): Promise<void> | undefined {
    if (!this.#begun) return undefined;
    if (!this.#finished && this.#dice.whole(0, 9) === 0) this.act();
    return this.#dice.whole(0, 4) === 0 ? this.#stage.pass(this.#dice.whole(0, 2)) : undefined;
  }
}

async function playChaos(stage: Stage, link: Link, dice: Dice): Promise<void> {
  const options = { lingerTimeoutMs: 15_000 };
  for (let round = 0; round < 10; round += 1) {
    const [server, client] = [new Peer(stage, dice), new Peer(stage, dice)];
    const port = await stage.listen(new OneFactory(server.actor), options, link);
    await stage.connect(port, new SingleClient(client.actor), options).whenConnected();
    await server.actor.when(() => server.actor.log.length > 0);
    if (stage.needsWord) {
      for (const peer of [server, client]) peer.greet();
      for (const peer of [server, client]) await peer.begin();
    }
    for (let turn = 0; turn < 40; turn += 1) {
      (dice.whole(0, 1) === 0 ? server : client).act();
      if (dice.whole(0, 2) === 0) await stage.pass(dice.whole(0, 1));
    }
    for (const peer of [server, client]) peer.finish();
    await expectEnd(server, client);
    await expectEnd(client, server);
    await port.stopListening();
  }
}

/** Waits for the end of one, and looks at what it heard of the other. */
async function expectEnd({ actor, left }: Peer, other: Peer): Promise<void> {
  const { name } = await actor.lost();
  if (!left && !other.aborted) {
    expectSame(name, 'ConnectionDone', 'the reason');
    expectPoem(actor.bytes, poem.subarray(0, other.sent), 'who listened to the end');
  }
  expect(poem.subarray(0, actor.received).equals(actor.bytes), 'what arrived is not what was written');
}
