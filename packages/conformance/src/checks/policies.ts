import type { Factory } from 'couplet';
import { ConversationFactory, ReconnectingClientFactory, TimeoutError } from 'couplet';
import type { Ledger } from 'couplet/policies';
import {
  limitConnections,
  limitPerPeer,
  throttle,
  timeoutAbsolute,
  timeoutIdle,
  timeoutMessage,
} from 'couplet/policies';
import { Dice } from 'couplet/testing';
import type { Part } from '../actor.ts';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { LateLedger } from '../late-ledger.ts';
import { cue, echo, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { RecordingFactory } from '../recording-factory.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { OneFactory, SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R42 and R43: policies around factories. */
export function policyChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addLimits(suite);
  addTimeouts(suite);
  addThrottles(suite);
  addClients(suite);
  addCosts(suite);
  return suite.checks;
}

const max = 5;
const message = 'full\n';

/** Actors that count how many of them are alive. */
class Crowded extends SceneFactory {
  alive = 0;
  most = 0;

  constructor() {
    super({
      ...echo,
      lost: () => {
        this.alive -= 1;
      },
    });
  }

  override buildProtocol(...peer: Parameters<SceneFactory['buildProtocol']>): Actor | null {
    this.alive += 1;
    this.most = Math.max(this.most, this.alive);
    return super.buildProtocol(...peer);
  }
}

/** Comes, does what it does, and leaves in one way or another. */
function visitor(stage: Stage, dice: Dice): Part {
  const made = ({ transport }: Actor): void => {
    transport.write('?');
    const way = dice.whole(0, 3);
    if (way === 0) transport.abortConnection();
    else if (way === 1) transport.loseConnection();
    else if (way === 2) stage.reactor.callLater(dice.whole(0, 9), () => transport.abortConnection());
    else stage.reactor.callLater(dice.whole(0, 9), () => transport.loseConnection());
  };
  return { made };
}

/** The limits, which use the ledger or not. */
const LIMITS: readonly [what: string, limit: (factory: Factory, ledger: Ledger) => Factory][] = [
  ['limit', (factory) => limitConnections(factory, { max, message })],
  ['limit per peer', (factory) => limitPerPeer(factory, { max, message })],
  ['limit with a ledger', (factory, ledger) => limitConnections(factory, { max, message, ledger })],
  ['limit per peer with a ledger', (factory, ledger) => limitPerPeer(factory, { max, message, ledger })],
];

function addLimits(suite: Suite): void {
  for (const [what, limit] of LIMITS) {
    // Who is refused is told so in clear only.
    suite.addClear(
      `R42 a ${what} holds under a storm of connects and aborts, and every slot comes back`,
      async (stage, link) => {
        const crowded = new Crowded();
        const ledger = new LateLedger(stage);
        const port = await stage.listen(limit(crowded, ledger), {}, link);
        const dice = new Dice(String(max));
        const visitors = Array.from({ length: 200 }, () => new Actor(visitor(stage, dice)));
        for (const actor of visitors) {
          stage.connect(port, new SingleClient(actor));
          if (dice.whole(0, 9) === 0) await stage.pass(dice.whole(0, 2));
        }
        await Promise.all(visitors.map((actor) => actor.lost()));
        // A visitor may have gone before it was accepted, or while the ledger was asked: who comes behind all of them is the last.
        const last = await stage.join(port);
        last.transport.loseConnection();
        await last.lost();
        while (ledger.open + ledger.granted + crowded.alive > 0) await stage.pass(1);
        expect(crowded.most <= max, `${crowded.most} connections at a time`);

        const guests: Actor[] = [];
        for (let count = 0; count < max; count += 1) {
          const guest = await stage.join(port, { made: ({ transport }) => void transport.write('echo') });
          await guest.when(() => guest.received === 4);
          guests.push(guest);
        }
        const refused = await stage.join(port);
        await refused.lost();
        expectSame(String(refused.bytes), message, 'what the one too many is told');
        for (const guest of guests) guest.transport.loseConnection();
        await Promise.all(guests.map((guest) => guest.lost()));
        while (ledger.granted > 0) await stage.pass(1);
        expectSame(ledger.faults, 0, 'how many places came back that were not granted');
        expectSame(
          crowded.actors.flatMap(({ faults }) => faults),
          [],
          'the list of faults',
        );
      },
    );
  }

  suite.addClear(
    'R42 one too many gets the message though it has sent something, and is not waited for',
    async (stage, link) => {
      const port = await stage.listen(limitConnections(new SceneFactory(echo), { max: 1, message }), {}, link);
      await stage.join(port);
      // Aware of half-close, these never close by themselves.
      const asking: Part = { made: ({ transport }) => void transport.write('please'), eof: () => {} };
      const refused = Array.from({ length: 20 }, () => new Actor(asking));
      for (const actor of refused) stage.connect(port, new SingleClient(actor));
      await Promise.all(
        refused.map((actor) => actor.when(() => actor.log.includes('eof') || actor.log.includes('lost'))),
      );
      for (const actor of refused) {
        expectSame(String(actor.bytes), message, 'what one of them is told');
        actor.transport.abortConnection();
        await actor.lost();
      }
    },
  );

  suite.add('R42 without a message it is closed without a word', async (stage) => {
    const port = await stage.listen(limitConnections(new SceneFactory(echo), { max: 1 }));
    await stage.join(port);
    const refused = await stage.join(port);
    await refused.lost();
    expectSame(refused.received, 0, 'how many bytes it gets');
  });

  suite.add('R25 a reactor that stops waits for nobody whom a limit refused', async (stage) => {
    const port = await stage.listen(limitConnections(new SceneFactory(echo), { max: 1, message }));
    await stage.join(port);
    await stage.join(port, { eof: () => {} });
  });
}

function addTimeouts(suite: Suite): void {
  suite.addEach('R43 an idle connection ends with a TimeoutError, not too early', async (stage, link) => {
    const server = new Actor();
    const idleTimeoutMs = 150;
    const port = await stage.listen(timeoutIdle(new OneFactory(server), { idleTimeoutMs }), {}, link);
    const client = await stage.join(port);
    await server.when(() => server.log.length > 0);
    const since = stage.reactor.now();
    client.transport.write('one more');
    const reason = await server.lost();
    expect(reason instanceof TimeoutError, `the reason is ${reason.name}`);
    const lasted = stage.reactor.now() - since;
    expect(lasted >= idleTimeoutMs && lasted <= idleTimeoutMs + 1000, `it lasted ${lasted} ms`);
    expectSame(server.log, ['made', 'data', 'lost'], 'its log');
    await client.lost();
  });

  suite.addEach('R43 an absolute deadline is moved by nothing', async (stage, link) => {
    const server = new Actor(echo);
    const timeoutMs = 200;
    const port = await stage.listen(timeoutAbsolute(new OneFactory(server), { timeoutMs }), {}, link);
    const since = stage.reactor.now();
    const client = await stage.join(port, {
      made: ({ transport }) => void transport.write('.'),
      data: async ({ transport }) => {
        await stage.pass(2);
        transport.write('.');
      },
    });
    const reason = await server.lost();
    expect(reason instanceof TimeoutError, `the reason is ${reason.name}`);
    const lasted = stage.reactor.now() - since;
    expect(lasted >= timeoutMs && lasted <= timeoutMs + 1000, `it lasted ${lasted} ms`);
    expect(server.received > 1, 'the server received no more than one byte before the deadline');
    await client.lost();
  });

  suite.addEach('R43 a message that drips in ends with a TimeoutError, not too early', async (stage, link) => {
    // All that it receives belongs to one message.
    const server = new (class extends Actor {
      get heldBytes(): number {
        return this.received;
      }
    })();
    const messageTimeoutMs = 100;
    const port = await stage.listen(timeoutMessage(new OneFactory(server), { messageTimeoutMs }), {}, link);
    const client = await stage.join(port);
    // The time without a message does not count.
    await stage.pass(messageTimeoutMs);
    const since = stage.reactor.now();
    while (!client.log.includes('lost')) {
      client.transport.write('.');
      await stage.pass(10);
    }
    const reason = await server.lost();
    expect(reason instanceof TimeoutError, `the reason is ${reason.name}`);
    const lasted = stage.reactor.now() - since;
    expect(lasted >= messageTimeoutMs && lasted <= messageTimeoutMs + 1100, `it lasted ${lasted} ms`);
    expect(server.received > 1, 'the server received no more than one byte before the deadline');
  });

  suite.add('R43 the loop of a handler that waits too long throws the TimeoutError', async (stage) => {
    const thrown: unknown[] = [];
    const patient = new ConversationFactory(async (connection) => {
      try {
        for await (const chunk of connection) await connection.write(chunk);
      } catch (error) {
        thrown.push(error, await connection.closed);
        throw error;
      }
    });
    const port = await stage.listen(timeoutIdle(patient, { idleTimeoutMs: 20 }));
    const client = await stage.join(port, cue);
    await client.when(() => client.received === 3);
    await client.lost();
    while (thrown.length < 2) await stage.pass(1);
    const [error, reason] = thrown;
    expect(error instanceof TimeoutError && error === reason, `it threw ${error}, and closed is ${reason}`);
  });

  suite.add('R43 a connection that ends before its deadline ends as ever', async (stage) => {
    const server = new Actor();
    const port = await stage.listen(timeoutIdle(new OneFactory(server), { idleTimeoutMs: 60_000 }));
    const client = await stage.join(port);
    client.transport.loseConnection();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
  });
}

function addThrottles(suite: Suite): void {
  const poem = poemOf(300_000);
  const rates = { readBytesPerSecond: 2_000_000, writeBytesPerSecond: 2_000_000, burstBytes: 200_000 };

  for (const scope of ['connection', 'all'] as const) {
    suite.addEach(`R43 a throttle delays and never drops (${scope})`, async (stage, link) => {
      const server = new Actor(reciting(poem));
      const port = await stage.listen(throttle(new OneFactory(server), { ...rates, scope }), {}, link);
      const since = stage.reactor.now();
      const client = await stage.join(port);
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      await client.lost();
      expectPoem(client.bytes, poem, 'the client');
      // All but a burst of it took its time.
      const took = stage.reactor.now() - since;
      expect(took >= 50, `it took ${took} ms`);
    });
  }

  suite.addEach('R43 what a throttled connection receives is late, and whole', async (stage, link) => {
    const server = new Actor();
    const port = await stage.listen(throttle(new OneFactory(server), rates), {}, link);
    const client = await stage.join(port, reciting(poem));
    await server.when(() => server.received === poem.length);
    expectPoem(server.bytes, poem, 'the server');
    await client.lost();
  });

  suite.add('R14 a protocol may pause and resume under a throttle', async (stage) => {
    const server = new Actor({
      data: ({ transport }) => {
        transport.pauseProducing();
        stage.reactor.callLater(1, () => transport.resumeProducing());
      },
    });
    const port = await stage.listen(throttle(new OneFactory(server), rates));
    await stage.join(port, reciting(poem));
    await server.lost();
    expectPoem(server.bytes, poem, 'the server');
  });
}

function addClients(suite: Suite): void {
  suite.add('R21 a client factory behind policies hears what it always hears, in order', async (stage) => {
    const recorder = new RecordingFactory({ made: ({ transport }) => transport.loseConnection() });
    const port = await stage.listen(new SceneFactory());
    stage.connect(port, timeoutIdle(limitConnections(recorder, { max: 1 }), { idleTimeoutMs: 60_000 }));
    await recorder.wrote('stopFactory');
    expectSame(
      recorder.records,
      [
        'startFactory',
        'startedConnecting',
        'buildProtocol',
        'connectionMade',
        'connectionLost ConnectionDone',
        'clientConnectionLost ConnectionDone',
        'stopFactory',
      ],
      'the records',
    );
  });

  suite.add('R40 behind a policy, a connector has the protocol of the factory further in', async (stage) => {
    const single = new SingleClient(new Actor());
    const port = await stage.listen(new SceneFactory());
    const actor = await stage.connect(port, limitConnections(single, { max: 1 })).whenConnected();
    expect(
      actor === single.actor && actor.factory === single,
      'the protocol is not that of the factory behind the policy',
    );
  });

  suite.add('R42 a client that its own limit refuses is told so as by its factory', async (stage) => {
    const recorder = new RecordingFactory();
    const limited = limitConnections(recorder, { max: 1, message });
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe);
    await stage.connect(port, limited).whenConnected();
    stage.connect(port, limited);
    await recorder.wrote('clientConnectionFailed ConnectError');
    await troupe.whenCast(2);
    const [, second] = troupe.actors;
    expect(second !== undefined, 'the second connection has not come');
    await second.lost();
    expectSame(String(second.bytes), message, 'what the server is told');
  });

  suite.add('R22 a reconnecting client factory reconnects behind a policy', async (stage) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    const persistent = new ReconnectingClientFactory({ initialDelayMs: 0 });
    const third = new Actor({ made: () => persistent.stopTrying() });
    let connections = 0;
    persistent.buildProtocol = () => {
      connections += 1;
      return connections < 3 ? new Actor() : third;
    };
    stage.connect(await stage.listen(troupe), limitConnections(persistent, { max: 1 }));
    await third.lost();
    expectSame(connections, 3, 'the number of connections');
  });
}

/** How many small messages go each way, and how many bytes of memory they may cost: those of their chunks, not a slab for each. */
const MESSAGES = 500;
const MOST_HANDED = 2048 * MESSAGES;

function addCosts(suite: Suite): void {
  const factories: readonly (readonly [name: string, around: (factory: SceneFactory) => Factory])[] = [
    ['alone', (factory) => factory],
    ['behind an idle timeout', (factory) => timeoutIdle(factory, { idleTimeoutMs: 60_000 })],
    ['behind a throttle', (factory) => throttle(factory, { writeBytesPerSecond: 10_000_000 })],
  ];
  for (const [name, around] of factories) {
    suite.addEach(`R10 small messages cost little memory each, ${name}`, async (stage, link) => {
      let rounds = 0;
      const parts = ({ transport }: Actor): void => {
        // Views, so that none is a message by itself; together they leave in one piece.
        for (const word of ['two ', 'lines ', 'that ', 'rhyme']) transport.write(Buffer.from(word));
      };
      const answering: Part = {
        data: (actor) => {
          rounds += 1;
          if (rounds < 2 * MESSAGES) parts(actor);
          else actor.transport.loseConnection();
        },
      };
      const port = await stage.listen(around(new SceneFactory(answering)), {}, link);
      const client = await stage.join(port, { ...answering, made: parts });
      await client.lost();
      expect(rounds >= 2 * MESSAGES, `there were ${rounds} messages`);
      expect(stage.handed < MOST_HANDED, `${rounds} messages took ${stage.handed} bytes of memory`);
    });
  }
}
