import type { Connection, Result } from 'couplet';
import { ConversationFactory, Factory } from 'couplet';
import { LineOnlyReceiver } from 'couplet/protocols';
import { Actor, type Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R8a: what had arrived whole when the connection went. */
export function deliveringChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addFrames(suite);
  addBounds(suite);
  addConversations(suite);
  return suite.checks;
}

const TEN: readonly string[] = Array.from({ length: 10 }, (_, index) => `verse ${index}`);

/** Says ten lines at once. */
const saying: Part = { made: ({ transport }) => void transport.write(`${TEN.join('\r\n')}\r\n`) };

/** Writes down the lines that it hears, and its end. */
class Scribe extends LineOnlyReceiver {
  readonly log: string[] = [];
  readonly #hears: (scribe: Scribe, line: string) => Result;
  readonly #ended: (reason: Error) => void;

  constructor(hears: (scribe: Scribe, line: string) => Result, ended: (reason: Error) => void) {
    super();
    this.#hears = hears;
    this.#ended = ended;
  }

  override lineReceived(line: Buffer): Result {
    this.log.push(String(line));
    return this.#hears(this, String(line));
  }

  override connectionLost(reason: Error): Result {
    this.log.push('lost');
    this.#ended(reason);
  }
}

/** A client that has said ten lines, and the scribe that began to hear them. */
interface Dictation {
  readonly client: Actor;
  readonly scribe: Scribe;
  readonly lost: Promise<Error>;
}

/** Has ten lines come to a scribe that does so with each; resolves with the first. */
async function dictate(
  stage: Stage,
  link: Link,
  hears: (scribe: Scribe, line: string) => Result,
  options = {},
): Promise<Dictation> {
  let lost: (reason: Error) => void = () => {};
  const ended = new Promise<Error>((resolve) => {
    lost = resolve;
  });
  const heard = new Promise<Scribe>((resolve) => {
    const factory = new Factory();
    factory.buildProtocol = () =>
      new Scribe(
        (scribe, line) => {
          resolve(scribe);
          return hears(scribe, line);
        },
        (reason) => lost(reason),
      );
    void stage.listen(factory, options, link).then((port) => stage.connect(port, new SingleClient(client)));
  });
  const client = new Actor(saying);
  const scribe = await heard;
  return { client, scribe, lost: ended };
}

/** The client goes, and the scribe's side finds out: what it writes is refused. */
async function cut(stage: Stage, { client, scribe }: Dictation): Promise<void> {
  client.transport.abortConnection();
  await client.lost();
  for (let tries = 0; tries < 5; tries += 1) {
    scribe.transport.write('anybody?');
    await stage.pass(5);
  }
}

function addFrames(suite: Suite): void {
  suite.addEach(
    'R8a frames that wait behind a promise arrive before connectionLost, though the peer has cut the connection',
    async (stage, link) => {
      const deferred = new Deferred();
      const dictation = await dictate(stage, link, (_scribe, line) => (line === TEN[2] ? deferred.promise : undefined));
      await cut(stage, dictation);
      expectSame(dictation.scribe.log, TEN.slice(0, 3), 'the log while the promise is pending');
      deferred.keep();
      const { name } = await dictation.lost;
      expectSame(dictation.scribe.log, [...TEN, 'lost'], 'the log');
      expectSame(name, 'ConnectionLost', 'the reason');
    },
  );

  suite.addEach('R8a each of them may take its time', async (stage, link) => {
    const dictation = await dictate(stage, link, () => stage.pass(10));
    await cut(stage, dictation);
    await dictation.lost;
    expectSame(dictation.scribe.log, [...TEN, 'lost'], 'the log');
  });

  suite.addEach('R8a frames that wait behind a pause arrive when it resumes, and then the end', async (stage, link) => {
    const dictation = await dictate(stage, link, ({ transport }, line) => {
      if (line === TEN[2]) transport.pauseProducing();
    });
    await cut(stage, dictation);
    expectSame(dictation.scribe.log, TEN.slice(0, 3), 'the log while it is paused');
    dictation.scribe.transport.resumeProducing();
    await dictation.lost;
    expectSame(dictation.scribe.log, [...TEN, 'lost'], 'the log');
  });

  suite.addEach('R8a what it loses or aborts meanwhile ends it', async (stage, link) => {
    for (const leave of ['loseConnection', 'abortConnection'] as const) {
      const dictation = await dictate(stage, link, async (scribe, line) => {
        await stage.pass(5);
        if (line === TEN[4]) scribe.transport[leave]();
      });
      await cut(stage, dictation);
      await dictation.lost;
      expectSame(dictation.scribe.log, [...TEN.slice(0, 5), 'lost'], `the log with ${leave}`);
    }
  });
}

function addBounds(suite: Suite): void {
  for (const [how, hold] of [
    ['a promise', () => new Promise<void>(() => {})],
    ['a pause', ({ transport }: Scribe) => transport.pauseProducing()],
  ] as const) {
    suite.addEach(`R8a connectionLost waits for ${how} at most lingerTimeoutMs`, async (stage, link) => {
      const dictation = await dictate(stage, link, hold, { lingerTimeoutMs: 100 });
      const since = stage.reactor.now();
      await cut(stage, dictation);
      await dictation.lost;
      const tookMs = stage.reactor.now() - since;
      expect(tookMs >= 100 && tookMs < 4000, `it took ${tookMs} ms`);
      expectSame(dictation.scribe.log, [TEN[0], 'lost'], 'the log');
    });

    suite.addEach(`R8a connectionLost does not wait for ${how} after an abort of this side`, async (stage, link) => {
      const dictation = await dictate(stage, link, hold);
      const since = stage.reactor.now();
      dictation.scribe.transport.abortConnection();
      expectSame((await dictation.lost).name, 'ConnectionAborted', 'the reason');
      const tookMs = stage.reactor.now() - since;
      expect(tookMs < 4000, `it took ${tookMs} ms`);
      await dictation.client.lost();
    });
  }

  suite.addEach('R8a a protocol that paused and left is not waited for', async (stage, link) => {
    const dictation = await dictate(stage, link, ({ transport }) => {
      transport.pauseProducing();
      transport.loseConnection();
    });
    const since = stage.reactor.now();
    expectSame((await dictation.lost).name, 'ConnectionDone', 'the reason');
    const tookMs = stage.reactor.now() - since;
    expect(tookMs < 4000, `it took ${tookMs} ms`);
  });
}

function addConversations(suite: Suite): void {
  suite.addEach(
    'R8a lines that had arrived are read after a reset of the peer, and then the loop throws',
    async (stage, link) => {
      const begun = new Deferred();
      const cut = new Deferred();
      const read: string[] = [];
      let thrown: unknown;
      let reason: Error | undefined;
      const handler = async (connection: Connection): Promise<void> => {
        try {
          for await (const line of connection.lines()) {
            read.push(line);
            begun.keep();
            await cut.promise;
          }
        } catch (error) {
          thrown = error;
        }
        reason = await connection.closed;
      };
      const connections: Connection[] = [];
      const port = await stage.listen(
        new ConversationFactory((connection) => {
          connections.push(connection);
          return handler(connection);
        }),
        {},
        link,
      );
      const client = await stage.join(port, saying);
      await begun.promise;
      client.transport.abortConnection();
      await client.lost();
      for (let tries = 0; tries < 5; tries += 1) {
        void connections[0]?.write('anybody?');
        await stage.pass(5);
      }
      cut.keep();
      while (reason === undefined) await stage.pass(1);
      expectSame(read, TEN, 'what was read');
      // A runtime may take the reset of a TLS connection for the peer's end, and find out when it writes.
      const ended = link === 'tls' && thrown === undefined;
      expect(ended || thrown === reason, `the loop threw ${thrown}, the reason is ${reason}`);
      expectSame(reason.name, 'ConnectionLost', 'the reason');
    },
  );
}
