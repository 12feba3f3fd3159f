import type { Actor, Part } from './actor.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import { Vow } from './deferred.ts';
import { asking, cue, echo, mute, reciting } from './parts.ts';
import { expectPoem, poemOf } from './poem.ts';
import type { Venue } from './stage.ts';
import { Programme } from './suite.ts';

/** R8a: callbacks that take their time. */
export function promiseChecks(venue: Venue): Check[] {
  const programme = new Programme(venue);
  addWaits(programme);
  addEnds(programme);
  addPauses(programme);
  return programme.checks;
}

function addWaits(programme: Programme): void {
  programme.addEach('R8a data waits for the promise of connectionMade', async (stage, medium) => {
    const vow = new Vow();
    const { server } = await stage.pair({ made: () => vow.promise }, cue, {}, medium);
    await stage.pass(20);
    expectSame(server.log, ['made'], 'the log while the promise is pending');
    vow.keep();
    await server.when(() => server.received === 3);
  });

  programme.addEach('R8a data waits for the promise of dataReceived', async (stage, medium) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ data: () => vow.promise }, {}, {}, medium);
    client.transport.write('one');
    await server.when(() => server.received === 3);
    client.transport.write('two');
    await stage.pass(20);
    expectSame(server.bytes.toString(), 'one', 'what was received while the promise is pending');
    vow.keep();
    await server.when(() => server.received === 6);
    expectSame(server.bytes.toString(), 'onetwo', 'what was received');
  });

  programme.addEach('R8a a stream through promises arrives whole and in order', async (stage, medium) => {
    const poem = poemOf(3_000_000);
    const part: Part = { data: () => stage.pass(0) };
    const { server, client } = await stage.pair(part, reciting(poem), {}, medium);
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(server.bytes, poem, 'the server');
  });

  programme.addEach('R8a a stream through promises that are kept already arrives whole', async (stage, medium) => {
    const poem = poemOf(3_000_000);
    const { server, client } = await stage.pair({ data: () => Promise.resolve() }, reciting(poem), {}, medium);
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(server.bytes, poem, 'the server');
  });

  programme.add('R8a what a pending callback writes goes out', async (stage) => {
    const vow = new Vow();
    const answer = ({ transport }: Actor): Promise<void> => {
      transport.write('wait');
      return vow.promise;
    };
    const { server, client } = await stage.pair({ made: answer }, {});
    await client.when(() => client.received === 4);
    server.transport.write('...');
    await client.when(() => client.received === 7);
    vow.keep();
  });

  programme.add('R8a one pending connection does not hold up another', async (stage) => {
    const vow = new Vow();
    await stage.pair({ data: () => vow.promise }, cue);
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('echo') });
    await client.when(() => client.received === 4);
    vow.keep();
  });

  programme.addValved('R8a a callback that returns nothing never touches the wire', async (stage, valves) => {
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('echo') });
    await client.when(() => client.received === 4);
    const calls = [...valves.accepted, ...valves.connected].flatMap((wire) => wire.calls);
    expectSame(calls, ['write 4', 'write 4'], 'the list of calls');
  });
}

function addEnds(programme: Programme): void {
  programme.addEach('R8a the end of input waits for the promise, and the answer arrives', async (stage, medium) => {
    const answer = async ({ transport }: Actor): Promise<void> => {
      await stage.pass(20);
      transport.write('the answer');
    };
    const { server, client } = await stage.pair({ data: answer }, asking, {}, medium);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectSame(client.bytes.toString(), 'the answer', 'what arrived');
  });

  programme.addEach('R8a the end of input waits for the promise of connectionMade', async (stage, medium) => {
    const greet = async ({ transport }: Actor): Promise<void> => {
      await stage.pass(20);
      transport.write('the greeting');
    };
    const { server, client } = await stage.pair({ made: greet }, mute, {}, medium);
    await Promise.all([server.lost(), client.lost()]);
    expectSame(client.bytes.toString(), 'the greeting', 'what arrived');
  });

  programme.addEach(
    'R8a the end of input waits for the promise of the last data, which waited itself',
    async (stage, medium) => {
      const said: string[] = [];
      const listen = async (_actor: Actor, chunk: Buffer): Promise<void> => {
        await stage.pass(20);
        said.push(chunk.toString());
      };
      const leave = ({ transport }: Actor): void => {
        said.push('end');
        transport.loseConnection();
      };
      const { server, client } = await stage.pair({ data: listen, eof: leave }, {}, {}, medium);
      client.transport.write('one');
      await server.when(() => server.received === 3);
      client.transport.write('two');
      client.transport.loseWriteConnection();
      await Promise.all([server.lost(), client.lost()]);
      expectSame(said, ['one', 'two', 'end'], 'the order');
    },
  );

  programme.addEach('R8a the end of input waits after our own FIN too', async (stage, medium) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ data: () => vow.promise, eof: () => {} }, asking, {}, medium);
    server.transport.loseWriteConnection();
    await server.when(() => server.received === 1);
    await stage.pass(20);
    expectSame(server.log, ['made', 'data'], 'the log while the promise is pending');
    vow.keep();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], 'the log');
  });

  programme.add('R8a after an abort of this side connectionLost does not wait for the promise', async (stage) => {
    const vow = new Vow();
    const { server } = await stage.pair({ data: () => vow.promise }, cue);
    await server.when(() => server.received === 3);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    vow.keep();
    await stage.pass(10);
    expectSame(server.log, ['made', 'data', 'lost'], 'the log');
  });

  programme.add('R8a after a reset of the peer connectionLost waits for the promise', async (stage) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ made: () => vow.promise }, {});
    client.transport.abortConnection();
    await client.lost();
    server.transport.write('anybody?');
    await stage.pass(50);
    expectSame(server.log, ['made'], 'the log while the promise is pending');
    vow.keep();
    await server.lost();
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  programme.add(
    'R8a loseConnection while the promise is pending closes, and nothing more is received',
    async (stage) => {
      const vow = new Vow();
      const { server, client } = await stage.pair({ data: () => vow.promise }, {});
      client.transport.write('one');
      await server.when(() => server.received === 3);
      client.transport.write('two');
      server.transport.loseConnection();
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      vow.keep();
      await client.lost();
      expectSame(server.bytes.toString(), 'one', 'what was received');
    },
  );

  programme.add(
    'R8a the callbacks of a pending connection cannot hold up loseConnection by rejecting late',
    async (stage) => {
      const vow = new Vow();
      const { server, client } = await stage.pair({ made: () => vow.promise }, {});
      server.transport.loseConnection();
      await Promise.all([server.lost(), client.lost()]);
      vow.break(new Error('late'));
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

function addPauses(programme: Programme): void {
  programme.add('R8a a pause made while the promise is pending outlives it', async (stage) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ data: () => vow.promise }, {});
    client.transport.write('one');
    await server.when(() => server.received === 3);
    server.transport.pauseProducing();
    client.transport.write('two');
    vow.keep();
    await stage.pass(20);
    expectSame(server.received, 3, 'the number of bytes received while paused');
    server.transport.resumeProducing();
    await server.when(() => server.received === 6);
  });

  programme.add('R8a a resume does not end the wait for the promise', async (stage) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ data: () => vow.promise }, {});
    client.transport.write('one');
    await server.when(() => server.received === 3);
    client.transport.write('two');
    server.transport.pauseProducing();
    server.transport.resumeProducing();
    await stage.pass(20);
    expectSame(server.received, 3, 'the number of bytes received while the promise is pending');
    vow.keep();
    await server.when(() => server.received === 6);
  });

  programme.add('R8a the promise of readingResumed holds data up like any other', async (stage) => {
    const vow = new Vow();
    const part: Part = { made: ({ transport }) => transport.pauseProducing(), resumed: () => vow.promise };
    const { server, client } = await stage.pair(part, cue);
    server.transport.resumeProducing();
    await server.when(() => server.log.includes('resumed'));
    await stage.pass(20);
    expectSame(server.received, 0, 'the number of bytes received while the promise is pending');
    expect(client.reason === undefined, 'the client is lost');
    vow.keep();
    await server.when(() => server.received === 3);
  });
}
