import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expectSame } from '../check.ts';
import { cue, deaf, mute, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R14: a protocol that stops reading. */
export function pausingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addStreams(suite);
  addEnds(suite);
  addVanishing(suite);
  return suite.checks;
}

const pause = ({ transport }: Actor): void => transport.pauseProducing();

const poem = poemOf(5_000_000);

const recite = reciting(poem);

/** Long enough for what was sent to have arrived. */
const A_WHILE = 20;

function addStreams(suite: Suite): void {
  suite.addEach('R14 a pause in the middle of a stream stops it at once, and nothing is lost', async (stage, link) => {
    const { server, client } = await stage.pair({ data: pause }, recite, {}, link);
    for (let round = 0; round < 3; round += 1) {
      const before = server.received;
      server.transport.resumeProducing();
      await server.when(() => server.received > before);
      const after = server.received;
      await stage.pass(A_WHILE);
      expectSame(server.received, after, 'the number of bytes received while paused');
    }
    while (server.reason === undefined) {
      server.transport.resumeProducing();
      await stage.pass(1);
    }
    await client.lost();
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.addEach('R14 a stream arrives whole though every chunk pauses it for a moment', async (stage, link) => {
    const stutter = ({ transport }: Actor): void => {
      transport.pauseProducing();
      stage.reactor.callLater(0, () => transport.resumeProducing());
    };
    const { server } = await stage.pair({ data: stutter }, recite, {}, link);
    await server.lost();
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.addEach('R14 a stream arrives whole though every chunk pauses and resumes it', async (stage, link) => {
    const stutter = ({ transport }: Actor): void => {
      transport.pauseProducing();
      transport.resumeProducing();
    };
    const { server } = await stage.pair({ data: stutter }, recite, {}, link);
    await server.lost();
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.addEach('R14 a pause in connectionMade holds the first data back', async (stage, link) => {
    const { server } = await stage.pair(deaf, cue, {}, link);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made'], 'the log while paused');
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
  });

  suite.addEach('R14 a connection that another one pauses receives nothing more', async (stage, link) => {
    const actors: Actor[] = [];
    const hushOther = (actor: Actor): void => {
      for (const other of actors) if (other !== actor) other.transport.pauseProducing();
    };
    for (let built = 0; built < 2; built += 1)
      actors.push((await stage.pair({ data: hushOther }, {}, {}, link)).server);
    const clients = stage.actors.filter((actor) => !actors.includes(actor));
    for (const { transport } of clients) transport.write('cue');
    await stage.pass(A_WHILE);
    expectSame(actors.map(({ received }) => received).sort(), [0, 3], 'the numbers of bytes received');
  });

  suite.add('R14 a pause in the same run as the resume prevails', async (stage) => {
    const { server } = await stage.pair(deaf, cue);
    server.transport.resumeProducing();
    server.transport.pauseProducing();
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made'], 'the log while paused');
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
  });

  suite.add('R14 one resume ends any number of pauses', async (stage) => {
    const { server } = await stage.pair(deaf, cue);
    server.transport.pauseProducing();
    server.transport.pauseProducing();
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
  });

  suite.addEach('R14 the peer of a paused connection feels it', async (stage, link) => {
    const verse = Buffer.alloc(1_000_000);
    const { server, client } = await stage.pair(deaf, {}, {}, link);
    for (let written = 0; written < 32; written += 1) client.transport.write(verse);
    let drained = false;
    const waiting = client.transport.drained().then(() => {
      drained = true;
    });
    await stage.pass(50);
    expectSame([drained, server.received], [false, 0], 'whether the client has room, and what the server received');
    server.transport.resumeProducing();
    await waiting;
  });

  suite.addEach('R14 a paused connection still writes', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, cue, {}, link);
    server.transport.write(poem);
    await client.when(() => client.received === poem.length);
    expectSame(server.received, 0, 'the number of bytes received');
  });

  suite.addEach('R14 a paused connection that closes delivers nothing, and sends everything', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, cue, {}, link);
    await stage.pass(A_WHILE);
    server.transport.write(poem);
    server.transport.loseConnection();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
    expectSame(server.log, ['made', 'lost'], "the server's log");
  });
}

function addEnds(suite: Suite): void {
  const speakAndLeave: Part = {
    made: ({ transport }) => {
      transport.write('last words');
      transport.loseWriteConnection();
    },
  };
  const aware: Part = { ...deaf, eof: ({ transport }) => transport.loseConnection() };

  suite.addEach('R14 the end of input waits for the resume, with nothing before it', async (stage, link) => {
    const { server, client } = await stage.pair(aware, mute, {}, link);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made'], 'the log while paused');
    server.transport.resumeProducing();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'eof', 'lost'], 'the log');
  });

  suite.addEach('R14 the end of input waits for the resume, after the data that waits', async (stage, link) => {
    const { server, client } = await stage.pair(aware, speakAndLeave, {}, link);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made'], 'the log while paused');
    server.transport.resumeProducing();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], 'the log');
  });

  suite.addEach('R14 a pause at the last data holds back the end that has arrived with it', async (stage, link) => {
    const { server, client } = await stage.pair({ ...aware, data: pause }, speakAndLeave, {}, link);
    await stage.pass(A_WHILE);
    server.transport.resumeProducing();
    await server.when(() => server.received === 10);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made', 'data'], 'the log while paused');
    server.transport.resumeProducing();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], 'the log');
  });

  suite.addEach(
    'R14 for a protocol without readConnectionLost the end waits for the resume, too',
    async (stage, link) => {
      const { server, client } = await stage.pair(deaf, speakAndLeave, {}, link);
      await stage.pass(A_WHILE);
      server.transport.write('heard you not');
      await client.when(() => client.received === 13);
      expectSame(server.log, ['made'], 'the log while paused');
      server.transport.resumeProducing();
      await Promise.all([server.lost(), client.lost()]);
      expectSame(server.log, ['made', 'data', 'lost'], 'the log');
    },
  );

  // Both directions have ended then, and a runtime may close the socket by itself.
  const shut: Part = { ...aware, shut: () => {} };
  const ways: readonly [name: string, act: (actor: Actor) => void, log: readonly string[], reason: string][] = [
    ['resumes', ({ transport }) => transport.resumeProducing(), ['eof', 'lost'], 'ConnectionDone'],
    ['loses the connection', ({ transport }) => transport.loseConnection(), ['lost'], 'ConnectionDone'],
    ['aborts', ({ transport }) => transport.abortConnection(), ['lost'], 'ConnectionAborted'],
  ];
  for (const [name, act, log, reason] of ways) {
    suite.addEach(
      `R14 with its own FIN sent, a paused protocol hears of the end when it ${name}`,
      async (stage, link) => {
        const { server, client } = await stage.pair(shut, {}, {}, link);
        server.transport.loseWriteConnection();
        await client.lost();
        await stage.pass(A_WHILE);
        expectSame(server.log, ['made', 'shut'], 'the log while paused');
        act(server);
        expectSame((await server.lost()).name, reason, 'the reason');
        expectSame(server.log, ['made', 'shut', ...log], 'the log');
      },
    );
  }
}

function addVanishing(suite: Suite): void {
  suite.addEach('R14 a peer that vanishes while paused is noticed on resume', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, {}, {}, link);
    client.transport.abortConnection();
    await client.lost();
    server.transport.resumeProducing();
    await server.lost();
  });

  suite.addEach('R14 a peer that vanishes while paused is noticed when written to', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, {}, {}, link);
    client.transport.abortConnection();
    await client.lost();
    while (server.reason === undefined) {
      server.transport.write('anybody?');
      await stage.pass(1);
    }
  });

  suite.addEach('R14 a peer that vanishes with input unread is noticed on resume', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, cue, {}, link);
    await stage.pass(A_WHILE);
    client.transport.abortConnection();
    await client.lost();
    server.transport.resumeProducing();
    await server.lost();
  });

  suite.addEach('R14 a paused connection can be aborted', async (stage, link) => {
    const { server, client } = await stage.pair(deaf, cue, {}, link);
    await stage.pass(A_WHILE);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    await client.lost();
    expectSame(server.log, ['made', 'lost'], 'the log');
  });
}
