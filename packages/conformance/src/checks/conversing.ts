import type { Connection, Handler } from 'couplet';
import { ConversationFactory } from 'couplet';
import { FramingError } from 'couplet/framing';
import type { Actor, Part } from '../actor.ts';
import { expectUnhurt, slip } from '../actor-error.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { asking, cue, deaf, echo } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R39: handlers that serve connections. */
export function conversingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addReturns(suite);
  addFailures(suite);
  addWrites(suite);
  return suite.checks;
}

const poem = poemOf(5_000_000);

/** Serves with that handler, and lets an actor visit. */
async function visit(stage: Stage, handler: Handler, part: Part, link: Link = 'tcp'): Promise<Actor> {
  return stage.join(await stage.listen(new ConversationFactory(handler), {}, link), part);
}

const echoing = async (connection: Connection): Promise<void> => {
  for await (const chunk of connection) await connection.write(chunk);
};

function addReturns(suite: Suite): void {
  suite.addEach('R39 when the handler returns, everything it wrote arrives, and it closes', async (stage, link) => {
    const visitor = await visit(stage, (connection) => void connection.write(poem), {}, link);
    expectSame((await visitor.lost()).name, 'ConnectionDone', 'the reason');
    expectPoem(visitor.bytes, poem, 'the visitor');
  });

  suite.addEach('R39 a handler answers a peer that has ended its output', async (stage, link) => {
    const answer = async (connection: Connection): Promise<void> => {
      let question = '';
      for await (const chunk of connection) question += chunk;
      await stage.pass(20);
      await connection.write(`${question}!`);
    };
    const visitor = await visit(stage, answer, asking, link);
    expectSame((await visitor.lost()).name, 'ConnectionDone', 'the reason');
    expectSame(String(visitor.bytes), '?!', 'the answer');
  });

  suite.addEach('R39 a stream through a handler that echoes arrives whole', async (stage, link) => {
    const made = ({ transport }: Actor): void => {
      transport.write(poem);
      transport.loseWriteConnection();
    };
    const visitor = await visit(stage, echoing, { made }, link);
    await visitor.lost();
    expectPoem(visitor.bytes, poem, 'the visitor');
  });

  suite.add('R39 a handler that waits holds up no other', async (stage) => {
    const deferred = new Deferred();
    const port = await stage.listen(
      new ConversationFactory(async (connection) => {
        for await (const chunk of connection) {
          if (String(chunk) === 'cue') await deferred.promise;
          await connection.write('heard');
        }
      }),
    );
    const waiting = await stage.join(port, cue);
    const other = await stage.join(port, asking);
    await other.lost();
    expectSame([waiting.received, other.received], [0, 5], 'the numbers of bytes received');
    deferred.keep();
    await waiting.when(() => waiting.received === 5);
  });

  suite.addEach('R53 a handler reads parts, and one that is cut short says what there was', async (stage, link) => {
    const heard: string[] = [];
    const handler = async (connection: Connection): Promise<void> => {
      const size = Number(await connection.readUntil('\r\n'));
      heard.push(String(await connection.readExactly(size)));
      await connection.readExactly(10).catch((error: Error) => {
        heard.push('partial' in error ? String(error.partial) : error.name);
      });
      await connection.write(heard.join());
    };
    const made = ({ transport }: Actor): void => {
      transport.write('5\r\nhellorest');
      transport.loseWriteConnection();
    };
    const visitor = await visit(stage, handler, { made }, link);
    expectSame((await visitor.lost()).name, 'ConnectionDone', 'the reason');
    expectSame(String(visitor.bytes), 'hello,rest', 'what was read');
  });

  suite.addEach('R63 peerEnded comes while a handler works, and finish sends all', async (stage, link) => {
    let reason: Error | undefined;
    const finished = new Deferred();
    const handler = async (connection: Connection): Promise<void> => {
      await connection.readUntil('?');
      const { peerEnded } = connection;
      if (!peerEnded.aborted) await new Promise((resolve) => peerEnded.addEventListener('abort', resolve));
      void connection.write(poem);
      reason = await connection.finish();
      finished.keep();
    };
    const visitor = await visit(stage, handler, asking, link);
    expectSame((await visitor.lost()).name, 'ConnectionDone', 'the reason');
    expectPoem(visitor.bytes, poem, 'the visitor');
    await finished.promise;
    expectSame(reason?.name, 'ConnectionDone', 'what finish resolved to');
  });

  suite.addEach('R39 a handler that ends its output reads on', async (stage, link) => {
    let heard = '';
    const ended = new Deferred();
    const handler = async (connection: Connection): Promise<void> => {
      connection.end();
      for await (const chunk of connection) heard += chunk;
      ended.keep();
    };
    const bye = ({ transport }: Actor): void => {
      transport.write('bye');
      transport.loseConnection();
    };
    const visitor = await visit(stage, handler, { eof: bye }, link);
    expectSame((await visitor.lost()).name, 'ConnectionDone', 'the reason');
    await ended.promise;
    expectSame(heard, 'bye', 'what the handler heard');
  });
}

function addFailures(suite: Suite): void {
  suite.addEach(
    'R39 a handler that throws is reported once, aborts its connection and hurts no other',
    async (stage, link) => {
      const bystanders = await stage.pair(echo, {}, {}, link);
      let closed: Promise<Error> | undefined;
      const failing = async (connection: Connection): Promise<void> => {
        closed = connection.closed;
        for await (const chunk of connection) await connection.write(chunk);
        throw slip;
      };
      const answered: Part = { ...asking, eof: () => {} };
      const visitor = await visit(stage, failing, answered, link);
      await visitor.lost();
      expect((await closed) === slip, 'closed did not resolve to the error that was thrown');
      const [report, ...more] = stage.takeReports();
      expect(report?.error === slip && more.length === 0, `the error is ${report?.error}, and ${more.length} more`);
      expect(/^Conversation at /.test(report.who), `the name is ${report.who}`);
      await expectUnhurt(bystanders);
    },
  );

  for (const [what, words] of [
    ['left unfinished', 'whole\r\nhalf'],
    ['made too long', `whole\r\n${'x'.repeat(20_000)}`],
  ] as const) {
    suite.addEach(
      `R39 a line that the peer ${what} is the reason of the end, and not reported`,
      async (stage, link) => {
        let closed: Promise<Error> | undefined;
        const handler = async (connection: Connection): Promise<void> => {
          closed = connection.closed;
          for await (const line of connection.lines()) await connection.write(line);
        };
        const made = ({ transport }: Actor): void => {
          transport.write(words);
          transport.loseWriteConnection();
        };
        const visitor = await visit(stage, handler, { made, eof: () => {} }, link);
        await visitor.lost();
        const reason = await closed;
        expect(reason instanceof FramingError, `the reason is ${reason}`);
        expectSame(stage.takeReports(), [], 'the list of reports');
      },
    );
  }

  suite.add('R39 a handler that throws undefined fails like any other', async (stage) => {
    const failing = async (connection: Connection): Promise<void> => {
      await connection[Symbol.asyncIterator]().next();
      throw undefined;
    };
    const visitor = await visit(stage, failing, cue);
    await visitor.lost();
    const [report, ...more] = stage.takeReports();
    expect(
      report?.where === 'failConnection' && more.length === 0,
      `${more.length + 1} reports, ${report?.where} first`,
    );
  });

  suite.add('R39 a peer that cuts the connection ends the loop of the handler, and is not reported', async (stage) => {
    if (!stage.resets('tcp')) return;
    let reason: Error | undefined;
    const handler = async (connection: Connection): Promise<void> => {
      void connection.closed.then((error) => {
        reason = error;
      });
      await echoing(connection);
    };
    const visitor = await visit(stage, handler, cue);
    await visitor.when(() => visitor.received === 3);
    visitor.transport.abortConnection();
    while (reason === undefined) await stage.pass(1);
    expectSame(reason.name, 'ConnectionLost', 'the reason');
  });

  suite.add('R39 a reactor that stops ends the loop of a handler, and nothing is reported', async (stage) => {
    let thrown: unknown;
    const failed = new Deferred();
    const handler = (connection: Connection): Promise<void> =>
      echoing(connection).catch((error) => {
        thrown = error;
        failed.keep();
        throw error;
      });
    const visitor = await visit(stage, handler, cue);
    await visitor.when(() => visitor.received === 3);
    stage.reactor.stop();
    await visitor.lost();
    await failed.promise;
    expect(thrown instanceof Error && thrown.name === 'ConnectionAborted', `the loop threw ${thrown}`);
  });
}

function addWrites(suite: Suite): void {
  suite.addEach('R39 write waits while the peer reads nothing', async (stage, link) => {
    const verse = Buffer.alloc(1_000_000);
    let written = 0;
    const pouring = async (connection: Connection): Promise<void> => {
      while (written < 50 && (await connection.write(verse))) written += 1;
    };
    const visitor = await visit(stage, pouring, deaf, link);
    await stage.pass(50);
    expect(written < 50, '50 writes to a peer that reads nothing resolved');
    visitor.transport.resumeProducing();
    await visitor.lost();
    expectSame(visitor.received, 50_000_000, 'the number of bytes received');
  });

  for (const way of ['end', 'close'] as const) {
    suite.addEach(`R39 write and drained resolve to false at once after ${way}`, async (stage, link) => {
      let gone = false;
      const results: unknown[] = [];
      const handler = async (connection: Connection): Promise<void> => {
        void connection.closed.then(() => {
          gone = true;
        });
        connection[way]();
        results.push(await connection.write('?'), await connection.drained(), gone);
      };
      // It does not leave by itself.
      const visitor = await visit(stage, handler, { eof: () => {} }, link);
      while (results.length < 3) await stage.pass(1);
      expectSame(results, [false, false, false], 'what they resolve to, and whether it was gone');
      visitor.transport.loseConnection();
      await visitor.lost();
    });
  }

  suite.addEach('R39 write and drained resolve to false once the connection is gone', async (stage, link) => {
    const results: boolean[] = [];
    const handler = async (connection: Connection): Promise<void> => {
      await connection[Symbol.asyncIterator]().next();
      const waits = connection.write(Buffer.alloc(50_000_000));
      connection.abort();
      results.push(await waits, await connection.drained(), await connection.write('?'));
      await connection.closed;
      results.push(await connection.write('?'), await connection.drained());
    };
    const visitor = await visit(stage, handler, cue, link);
    await visitor.lost();
    while (results.length < 5) await stage.pass(1);
    expectSame(results, [false, false, false, false, false], 'what they resolve to');
  });
}
