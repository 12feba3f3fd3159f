import type { Connection } from 'couplet';
import { open } from 'couplet';
import { FramingError } from 'couplet/framing';
import type { Part } from '../actor.ts';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { rejectionOf } from '../rejection.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { OneFactory } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R39: reading by iteration. */
export function readingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addStreams(suite);
  addFrames(suite);
  addEnds(suite);
  addLeaving(suite);
  return suite.checks;
}

const poem = poemOf(5_000_000);

/** Long enough for what was sent to have arrived. */
const A_WHILE = 20;

/** A connection that is read by iteration, and the actor at its other end. */
interface Meeting {
  readonly connection: Connection;
  readonly actor: Actor;
}

async function meet(stage: Stage, part: Part, link: Link = 'tcp'): Promise<Meeting> {
  const actor = new Actor(part);
  const port = await stage.listen(new OneFactory(actor), {}, link);
  const connection = await open(stage.endpoint(port));
  await actor.when(() => actor.log.length > 0);
  return { connection, actor };
}

/** Says something and ends its output. */
function saying(text: string | Buffer): Part {
  const made = ({ transport }: Actor): void => {
    transport.write(text);
    transport.loseWriteConnection();
  };
  return { made };
}

async function bytesOf(connection: Connection): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of connection) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function addStreams(suite: Suite): void {
  suite.addEach('R39 a stream that is iterated arrives whole, and then writing goes on', async (stage, link) => {
    const { connection, actor } = await meet(stage, saying(poem), link);
    expectPoem(await bytesOf(connection), poem, 'the reader');
    expectSame(await connection.write('thanks'), true, 'whether there is room to write');
    connection.close();
    expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
    expectSame(String(actor.bytes), 'thanks', 'what the actor heard');
  });

  suite.addEach('R39 a stream arrives whole though each pull comes late', async (stage, link) => {
    const { connection } = await meet(stage, saying(poem), link);
    const chunks: Buffer[] = [];
    for await (const chunk of connection) {
      chunks.push(chunk);
      await stage.pass(0);
    }
    expectPoem(Buffer.concat(chunks), poem, 'the reader');
    connection.close();
  });

  suite.addEach('R39 the peer of a connection that nobody pulls feels it', async (stage, link) => {
    const { connection, actor } = await meet(stage, {}, link);
    for (let written = 0; written < 32; written += 1) actor.transport.write(Buffer.alloc(1_000_000));
    let drained = false;
    const waiting = actor.transport.drained().then(() => {
      drained = true;
    });
    await stage.pass(50);
    expectSame(drained, false, 'whether the actor has room');
    const reading = bytesOf(connection);
    await waiting;
    actor.transport.loseConnection();
    expectSame((await reading).length, 32_000_000, 'the number of bytes');
    connection.close();
  });

  suite.addValved('R39 a consumer that keeps up never touches the wire', async (stage, valves) => {
    const { connection } = await meet(stage, echo);
    const chunks = connection[Symbol.asyncIterator]();
    for (let round = 0; round < 10; round += 1) {
      const pull = chunks.next();
      await connection.write('echo');
      expectSame(String((await pull).value), 'echo', 'the echo');
    }
    const calls = valves.connected[0]?.calls.filter((call) => !call.startsWith('write'));
    expectSame(calls, [], 'the list of calls');
  });
}

function addFrames(suite: Suite): void {
  suite.addEach('R34 readers follow one another on a connection, and no byte is lost', async (stage, link) => {
    const { connection } = await meet(stage, saying('GET\r\n5:hello,\u0000\u0003abclast\r\nthe rest'), link);
    const taken = [
      await connection.lines().next(),
      await connection.netstrings().next(),
      await connection.strings(2).next(),
      await connection.lines().next(),
    ].map(({ value }) => String(value));
    expectSame(taken, ['GET', 'hello', 'abc', 'last'], 'the list of frames');
    expectSame(String(await bytesOf(connection)), 'the rest', 'what is left');
    connection.close();
  });

  suite.add('R39 a second pull at the same time throws, and the first one is served', async (stage) => {
    const { connection, actor } = await meet(stage, {});
    const pull = connection.lines().next();
    let misuse: unknown;
    try {
      void connection.netstrings().next();
    } catch (error) {
      misuse = error;
    }
    expect(misuse instanceof Error, 'the second pull did not throw');
    await actor.when(() => actor.log.length > 0);
    actor.transport.write('one\r\n');
    expectSame((await pull).value, 'one', 'the line');
    connection.close();
  });
}

function addEnds(suite: Suite): void {
  suite.addEach('R39 the end of input waits for the pull, behind the chunk that waits', async (stage, link) => {
    const { connection, actor } = await meet(stage, saying('last words'), link);
    await stage.pass(A_WHILE);
    expectSame(actor.reason, undefined, 'why the actor was lost');
    expectSame(String(await bytesOf(connection)), 'last words', 'what was read');
    connection.close();
    await actor.lost();
  });

  suite.addEach('R39 an end inside of a frame throws a FramingError', async (stage, link) => {
    const { connection } = await meet(stage, saying('whole\r\nhalf'), link);
    const lines = connection.lines();
    expectSame((await lines.next()).value, 'whole', 'the first line');
    const reason = await rejectionOf(lines.next());
    expect(reason instanceof FramingError, `the iteration throws ${reason}`);
    connection.close();
  });

  suite.addEach('R39 iteration throws the reason when this side aborts', async (stage, link) => {
    const { connection, actor } = await meet(stage, {}, link);
    const pull = rejectionOf(connection.lines().next());
    const bored = new Error('bored');
    connection.abort(bored);
    expect((await pull) === bored, 'the pull did not reject with the error that abort was given');
    expect((await connection.closed) === bored, 'closed did not resolve to the error that abort was given');
    await actor.lost();
  });

  suite.add('R39 iteration throws the reason when the peer cuts the connection', async (stage) => {
    if (!stage.resets('tcp')) return;
    const { connection, actor } = await meet(stage, cue);
    const lines = connection.lines();
    const pull = rejectionOf(lines.next());
    await stage.pass(A_WHILE);
    actor.transport.abortConnection();
    expectSame((await pull).name, 'ConnectionLost', 'the error');
    expectSame((await connection.closed).name, 'ConnectionLost', 'the reason');
    expectSame((await rejectionOf(lines.next())).name, 'ConnectionLost', 'the error of a later pull');
  });
}

function addLeaving(suite: Suite): void {
  suite.addEach('R39 after close, what has arrived is not read any more', async (stage, link) => {
    const { connection, actor } = await meet(stage, saying('first\r\nsecond\r\nthi'), link);
    const lines = connection.lines();
    expectSame((await lines.next()).value, 'first', 'the first line');
    connection.close();
    expectSame((await lines.next()).done, true, 'whether the iteration has ended');
    await actor.lost();
  });

  suite.addEach('R39 close ends a pull that waits inside of a frame', async (stage, link) => {
    const { connection, actor } = await meet(stage, cue, link);
    const pull = connection.lines().next();
    await stage.pass(A_WHILE);
    connection.close();
    expectSame((await pull).done, true, 'whether the iteration has ended');
    await actor.lost();
  });

  suite.addEach('R39 input that has ended in order stays so, whatever comes after', async (stage, link) => {
    const { connection, actor } = await meet(stage, saying('whole\r\n'), link);
    const lines = connection.lines();
    expectSame((await lines.next()).value, 'whole', 'the line');
    expectSame((await lines.next()).done, true, 'whether the iteration has ended');
    connection.abort();
    expectSame((await connection.closed).name, 'ConnectionAborted', 'the reason');
    expectSame((await lines.next()).done, true, 'whether it has ended still');
    await actor.lost();
  });

  suite.addEach('R39 leaving the loop closes in order', async (stage, link) => {
    const { connection, actor } = await meet(stage, cue, link);
    await connection.write('first');
    for await (const chunk of connection) {
      expectSame(String(chunk), 'cue', 'the chunk');
      break;
    }
    expectSame((await actor.lost()).name, 'ConnectionDone', "the actor's reason");
    expectSame(String(actor.bytes), 'first', 'what the actor heard');
    expectSame((await connection.closed).name, 'ConnectionDone', 'the reason');
  });

  suite.addEach('R39 a loop that is left while the peer sends closes in order, too', async (stage, link) => {
    const { connection, actor } = await meet(stage, reciting(poem), link);
    for await (const chunk of connection) if (chunk.length > 0) break;
    expectSame((await actor.lost()).name, 'ConnectionDone', "the actor's reason");
    await connection.closed;
  });

  suite.add('R39 a pull by hand and no more leaves the connection open', async (stage) => {
    const { connection, actor } = await meet(stage, cue);
    expectSame(String((await connection[Symbol.asyncIterator]().next()).value), 'cue', 'the chunk');
    await stage.pass(A_WHILE);
    expectSame(await connection.write('still here'), true, 'whether there is room to write');
    await actor.when(() => actor.received === 10);
    await connection[Symbol.asyncDispose]();
    expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
  });
}
