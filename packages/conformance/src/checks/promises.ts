import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { asking, cue, echo, mute, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R8a: callbacks that take their time. */
export function promiseChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addWaits(suite);
  addEnds(suite);
  addPauses(suite);
  return suite.checks;
}

function addWaits(suite: Suite): void {
  suite.addEach('R8a data waits for the promise of connectionMade', async (stage, link) => {
    const deferred = new Deferred();
    const { server } = await stage.pair({ made: () => deferred.promise }, cue, {}, link);
    await stage.pass(20);
    expectSame(server.log, ['made'], 'the log while the promise is pending');
    deferred.keep();
    await server.when(() => server.received === 3);
  });

  suite.addEach('R8a data waits for the promise of dataReceived', async (stage, link) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ data: () => deferred.promise }, {}, {}, link);
    client.transport.write('one');
    await server.when(() => server.received === 3);
    client.transport.write('two');
    await stage.pass(20);
    expectSame(server.bytes.toString(), 'one', 'what was received while the promise is pending');
    deferred.keep();
    await server.when(() => server.received === 6);
    expectSame(server.bytes.toString(), 'onetwo', 'what was received');
  });

  suite.addEach('R8a a stream through promises arrives whole and in order', async (stage, link) => {
    const poem = poemOf(3_000_000);
    const part: Part = { data: () => stage.pass(0) };
    const { server, client } = await stage.pair(part, reciting(poem), {}, link);
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.addEach('R8a a stream through promises that are kept already arrives whole', async (stage, link) => {
    const poem = poemOf(3_000_000);
    const { server, client } = await stage.pair({ data: () => Promise.resolve() }, reciting(poem), {}, link);
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.add('R8a what a pending callback writes goes out', async (stage) => {
    const deferred = new Deferred();
    const answer = ({ transport }: Actor): Promise<void> => {
      transport.write('wait');
      return deferred.promise;
    };
    const { server, client } = await stage.pair({ made: answer }, {});
    await client.when(() => client.received === 4);
    server.transport.write('...');
    await client.when(() => client.received === 7);
    deferred.keep();
  });

  suite.add('R8a one pending connection does not hold up another', async (stage) => {
    const deferred = new Deferred();
    await stage.pair({ data: () => deferred.promise }, cue);
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('echo') });
    await client.when(() => client.received === 4);
    deferred.keep();
  });

  suite.addValved('R8a a callback that returns nothing never touches the wire', async (stage, valves) => {
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('echo') });
    await client.when(() => client.received === 4);
    const calls = [...valves.accepted, ...valves.connected].flatMap((wire) => wire.calls);
    expectSame(calls, ['write 4', 'write 4'], 'the list of calls');
  });
}

function addEnds(suite: Suite): void {
  suite.addEach('R8a the end of input waits for the promise, and the answer arrives', async (stage, link) => {
    const answer = async ({ transport }: Actor): Promise<void> => {
      await stage.pass(20);
      transport.write('the answer');
    };
    const { server, client } = await stage.pair({ data: answer }, asking, {}, link);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectSame(client.bytes.toString(), 'the answer', 'what arrived');
  });

  suite.addEach('R8a the end of input waits for the promise of connectionMade', async (stage, link) => {
    const greet = async ({ transport }: Actor): Promise<void> => {
      await stage.pass(20);
      transport.write('the greeting');
    };
    const { server, client } = await stage.pair({ made: greet }, mute, {}, link);
    await Promise.all([server.lost(), client.lost()]);
    expectSame(client.bytes.toString(), 'the greeting', 'what arrived');
  });

  suite.addEach(
    'R8a the end of input waits for the promise of the last data, which waited itself',
    async (stage, link) => {
      const said: string[] = [];
      const listen = async (_actor: Actor, chunk: Buffer): Promise<void> => {
        await stage.pass(20);
        said.push(chunk.toString());
      };
      const leave = ({ transport }: Actor): void => {
        said.push('end');
        transport.loseConnection();
      };
      const { server, client } = await stage.pair({ data: listen, eof: leave }, {}, {}, link);
      client.transport.write('one');
      await server.when(() => server.received === 3);
      client.transport.write('two');
      client.transport.loseWriteConnection();
      await Promise.all([server.lost(), client.lost()]);
      expectSame(said, ['one', 'two', 'end'], 'the order');
    },
  );

  suite.addEach('R8a the end of input waits after our own FIN too', async (stage, link) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ data: () => deferred.promise, eof: () => {} }, asking, {}, link);
    server.transport.loseWriteConnection();
    await server.when(() => server.received === 1);
    await stage.pass(20);
    expectSame(server.log, ['made', 'data'], 'the log while the promise is pending');
    deferred.keep();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], 'the log');
  });

  suite.add('R8a after an abort of this side connectionLost does not wait for the promise', async (stage) => {
    const deferred = new Deferred();
    const { server } = await stage.pair({ data: () => deferred.promise }, cue);
    await server.when(() => server.received === 3);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    deferred.keep();
    await stage.pass(10);
    expectSame(server.log, ['made', 'data', 'lost'], 'the log');
  });

  suite.add('R8a after a reset of the peer connectionLost waits for the promise', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ made: () => deferred.promise }, {});
    client.transport.abortConnection();
    await client.lost();
    server.transport.write('anybody?');
    await stage.pass(50);
    expectSame(server.log, ['made'], 'the log while the promise is pending');
    deferred.keep();
    await server.lost();
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  suite.add('R8a loseConnection while the promise is pending closes, and nothing more is received', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ data: () => deferred.promise }, {});
    client.transport.write('one');
    await server.when(() => server.received === 3);
    client.transport.write('two');
    server.transport.loseConnection();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    deferred.keep();
    await client.lost();
    expectSame(server.bytes.toString(), 'one', 'what was received');
  });

  suite.add(
    'R8a the callbacks of a pending connection cannot hold up loseConnection by rejecting late',
    async (stage) => {
      const deferred = new Deferred();
      const { server, client } = await stage.pair({ made: () => deferred.promise }, {});
      server.transport.loseConnection();
      await Promise.all([server.lost(), client.lost()]);
      deferred.break(new Error('late'));
      await stage.pass(10);
      expectSame(
        stage.takeReports().map(({ where }) => where),
        ['connectionMade'],
        'the list of reports',
      );
      expectSame(server.reason?.name, 'ConnectionDone', 'the reason');
    },
  );
}

function addPauses(suite: Suite): void {
  suite.add('R8a a pause made while the promise is pending outlives it', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ data: () => deferred.promise }, {});
    client.transport.write('one');
    await server.when(() => server.received === 3);
    server.transport.pauseProducing();
    client.transport.write('two');
    deferred.keep();
    await stage.pass(20);
    expectSame(server.received, 3, 'the number of bytes received while paused');
    server.transport.resumeProducing();
    await server.when(() => server.received === 6);
  });

  suite.add('R8a a resume does not end the wait for the promise', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ data: () => deferred.promise }, {});
    client.transport.write('one');
    await server.when(() => server.received === 3);
    client.transport.write('two');
    server.transport.pauseProducing();
    server.transport.resumeProducing();
    await stage.pass(20);
    expectSame(server.received, 3, 'the number of bytes received while the promise is pending');
    deferred.keep();
    await server.when(() => server.received === 6);
  });

  suite.add('R8a the promise of readingResumed holds data up like any other', async (stage) => {
    const deferred = new Deferred();
    const part: Part = { made: ({ transport }) => transport.pauseProducing(), resumed: () => deferred.promise };
    const { server, client } = await stage.pair(part, cue);
    server.transport.resumeProducing();
    await server.when(() => server.log.includes('resumed'));
    await stage.pass(20);
    expectSame(server.received, 0, 'the number of bytes received while the promise is pending');
    expect(client.reason === undefined, 'the client is lost');
    deferred.keep();
    await server.when(() => server.received === 3);
  });
}
