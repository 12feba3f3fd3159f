import { ClientTLS, ConnectionAborted, ConnectionDone, ConnectionLost, TimeoutError } from 'couplet';
import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { deaf } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { errorBy } from '../rejection.ts';
import { pull, push } from '../source.ts';
import type { BackendUnderTest, Pair, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';
import { clientTLS, serverTLS } from './tls.ts';

const HANDSHAKE_MS = 60;
const A_WHILE = 20;
const NOTHING = Buffer.alloc(0);

/** R37: TLS in mid-stream. Empty if the backend under test has no TLS. */
export function startTLSChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  if (underTest.tls === undefined) return [];
  addTurns(suite);
  addOrder(suite);
  addMeanwhile(suite);
  addFailures(suite);
  addMisuse(suite);
  return suite.checks;
}

/** Answers a request for TLS and turns to it, as the server. Request and consent are a byte each: no network cuts them. */
function consenting(stage: Stage, more: Part = {}): Part {
  const data = (actor: Actor): void => {
    const { transport } = actor;
    if (transport.tls !== undefined) return;
    transport.write('!');
    transport.startTLS(serverTLS(stage));
  };
  return { data, secured: () => {}, ...more };
}

/** Asks for TLS and, given consent, turns to it as the client; `then` is what it does right after that. */
function asking(stage: Stage, then: (actor: Actor) => void = () => {}, more: Part = {}): Part {
  return {
    made: ({ transport }) => void transport.write('?'),
    data: (actor) => {
      if (actor.transport.tls !== undefined) return;
      actor.transport.startTLS(clientTLS(stage));
      then(actor);
    },
    secured: () => {},
    ...more,
  };
}

/** Resolves when both ends have TLS. */
async function secured({ server, client }: Pair): Promise<void> {
  for (const actor of [server, client]) await actor.when(() => actor.log.includes('secured'));
}

function addTurns(suite: Suite): void {
  suite.add('R37 a connection turns to TLS in mid-stream', async (stage) => {
    const pair = await stage.pair(consenting(stage), asking(stage));
    const { server, client } = pair;
    expectSame(server.transport.tls, undefined, 'the TLS of a connection in clear');
    await secured(pair);
    expectSame(
      [server, client].map(({ transport }) => [transport.tls?.version, transport.tls?.verified]),
      [
        ['TLSv1.3', false],
        ['TLSv1.3', true],
      ],
      'what was agreed on',
    );
    client.transport.write('psst');
    server.transport.write('what?');
    await server.when(() => server.received === 5);
    await client.when(() => client.received === 6);
    client.transport.loseConnection();
    for (const actor of [server, client]) expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
    expectSame([server.log, client.log], [LOG, LOG], 'the logs');
  });

  suite.add('R37 who listens may be the client of the handshake', async (stage) => {
    const caller: Part = {
      // The hello may come with the command.
      data: ({ transport }, chunk) => {
        if (transport.tls === undefined) transport.startTLS(serverTLS(stage), chunk.subarray(1));
      },
      secured: ({ transport }) => void transport.write('psst'),
    };
    const listener: Part = {
      made: ({ transport }) => {
        transport.write('!');
        transport.startTLS(clientTLS(stage));
      },
      secured: () => {},
    };
    const { server } = await stage.pair(listener, caller);
    await server.when(() => server.received === 4);
    expectSame(server.transport.tls?.verified, true, 'whether the peer is verified');
  });
}

const LOG = ['made', 'data', 'secured', 'data', 'lost'];

function addOrder(suite: Suite): void {
  const clear = poemOf(200_000);
  const secret = poemOf(300_000).subarray(1);

  suite.add('R10 what was written before goes in clear, what is written after it through TLS', async (stage) => {
    const server: Part = {
      made: ({ transport }) => {
        transport.write(clear);
        transport.startTLS(serverTLS(stage));
        transport.write(secret.subarray(0, 10));
        transport.write(secret.subarray(10));
        transport.loseConnection();
      },
    };
    const { client, server: reciter } = await stage.pair(server, counting(stage, clear.length));
    expectSame((await client.lost()).name, 'ConnectionDone', 'the reason');
    expectSame((await reciter.lost()).name, 'ConnectionDone', 'the reason');
    expectPoem(client.bytes, Buffer.concat([clear, secret]), 'the client');
  });

  for (const [kind, pour] of [
    ['push', push],
    ['pull', pull],
  ] as const) {
    suite.add(`R37 a ${kind} producer goes on across the handshake`, async (stage) => {
      const server: Part = {
        made: (actor) => {
          actor.transport.write(clear);
          actor.transport.startTLS(serverTLS(stage));
          pour(actor, secret, 30_000);
          actor.transport.loseConnection();
        },
      };
      const { client } = await stage.pair(server, counting(stage, clear.length));
      expectSame((await client.lost()).name, 'ConnectionDone', 'the reason');
      expectPoem(client.bytes, Buffer.concat([clear, secret]), 'the client');
    });
  }
}

/** Turns to TLS after that number of bytes. */
function counting(stage: Stage, size: number): Part {
  const data = (actor: Actor): void => {
    if (actor.received === size) actor.transport.startTLS(clientTLS(stage));
  };
  return { data };
}

function addMeanwhile(suite: Suite): void {
  suite.add('R14 a pause lets the handshake go on, and holds back what comes behind it', async (stage) => {
    const pause = ({ transport }: Actor): void => transport.pauseProducing();
    const write = ({ transport }: Actor): void => void transport.write('psst');
    const pair = await stage.pair(
      consenting(stage, {
        data: (actor) => {
          if (actor.transport.tls === undefined) {
            pause(actor);
            actor.transport.write('!');
            actor.transport.startTLS(serverTLS(stage));
          }
        },
      }),
      asking(stage, write),
    );
    await secured(pair);
    await stage.pass(A_WHILE);
    expectSame(pair.server.received, 1, 'how many bytes arrived while paused');
    pair.server.transport.resumeProducing();
    await pair.server.when(() => pair.server.received === 5);
  });

  suite.add('R14 a resume in the handshake brings what comes behind it', async (stage) => {
    const pauses = ({ transport }: Actor): void => {
      transport.pauseProducing();
      transport.resumeProducing();
    };
    const server = consenting(stage);
    const pair = await stage.pair(
      {
        ...server,
        data: (actor, chunk) => {
          server.data?.(actor, chunk);
          pauses(actor);
        },
      },
      asking(stage, ({ transport }) => void transport.write('psst')),
    );
    await pair.server.when(() => pair.server.received === 5);
  });

  suite.add('R8a a promise that is pending holds back what comes behind the handshake', async (stage) => {
    const deferred = new Deferred();
    const server = consenting(stage);
    const pair = await stage.pair(
      {
        ...server,
        data: (actor, chunk) => {
          server.data?.(actor, chunk);
          return deferred.promise;
        },
      },
      asking(stage, ({ transport }) => void transport.write('psst')),
    );
    await secured(pair);
    await stage.pass(A_WHILE);
    expectSame(pair.server.received, 1, 'how many bytes arrived before the promise was kept');
    deferred.keep();
    await pair.server.when(() => pair.server.received === 5);
  });

  suite.add('R5 who loses the connection in the handshake has sent everything first', async (stage) => {
    const { server, client } = await stage.pair(
      consenting(stage),
      asking(stage, ({ transport }) => {
        transport.write('psst');
        transport.loseConnection();
      }),
    );
    for (const actor of [server, client]) expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
    expectSame(String(server.bytes), '?psst', 'what the server got');
  });

  suite.add('R7 a peer that ends its output right after the handshake gets the whole answer', async (stage) => {
    const poem = poemOf(500_000);
    const { server, client } = await stage.pair(
      consenting(stage, {
        secured: ({ transport }) => void transport.write(poem),
      }),
      asking(stage, ({ transport }) => transport.loseWriteConnection()),
    );
    for (const actor of [server, client]) expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
    expectPoem(client.bytes.subarray(1), poem, 'the client');
  });

  suite.add('R6 an abort ends the handshake at once', async (stage) => {
    const { server, client } = await stage.pair(
      consenting(stage),
      asking(stage, ({ transport }) => transport.abortConnection()),
    );
    expect((await client.lost()) instanceof ConnectionAborted, `the reason is ${String(client.reason)}`);
    expect((await server.lost()) instanceof ConnectionLost, `the reason is ${String(server.reason)}`);
  });
}

function addFailures(suite: Suite): void {
  suite.add('R37 a certificate that is not good ends the connection of both', async (stage) => {
    const { server, client } = await stage.pair(consenting(stage), {
      ...asking(stage),
      data: ({ transport }) => transport.startTLS(clientTLS(stage, { serverName: 'somebody.else.test' })),
    });
    expect((await client.lost()) instanceof ConnectionLost, `the reason is ${String(client.reason)}`);
    await server.lost();
    expectSame(client.log, ['made', 'data', 'lost'], 'the log');
  });

  suite.add('R37 a peer that says nothing any more is given up in time', async (stage) => {
    const { server } = await stage.pair(
      { made: ({ transport }) => transport.startTLS(serverTLS(stage, { handshakeTimeoutMs: HANDSHAKE_MS })) },
      {},
    );
    expect((await server.lost()) instanceof TimeoutError, `the reason is ${String(server.reason)}`);
  });

  suite.add('R37 a peer that closes in the handshake was lost', async (stage) => {
    const { server } = await stage.pair(
      {
        made: ({ transport }) => {
          transport.write('!');
          transport.startTLS(serverTLS(stage));
        },
      },
      { data: ({ transport }) => transport.loseConnection() },
    );
    expect((await server.lost()) instanceof ConnectionLost, `the reason is ${String(server.reason)}`);
  });
}

function addMisuse(suite: Suite): void {
  suite.add('R37 startTLS throws when it was called before, and when TLS is spoken', async (stage) => {
    const errors: string[] = [];
    const again = (tls: Parameters<Actor['transport']['startTLS']>[0], { transport }: Actor): void => {
      errors.push(errorBy(() => transport.startTLS(tls, NOTHING)).message);
    };
    const pair = await stage.pair(
      consenting(stage, { secured: (actor) => again(serverTLS(stage), actor) }),
      asking(stage, (actor) => again(clientTLS(stage), actor)),
    );
    await secured(pair);
    const overTLS = await stage.pair(deaf, {}, {}, 'tls');
    again(serverTLS(stage), overTLS.server);
    expectSame(errors, Array(3).fill('TLS is spoken already'), 'the errors');
  });

  suite.add('R5 startTLS does nothing to a connection that ends, and loses nothing of it', async (stage) => {
    const data = ({ transport }: Actor): void => {
      transport.write('farewell');
      transport.loseConnection();
      transport.startTLS(serverTLS(stage));
    };
    const { server, client } = await stage.pair({ data }, { made: ({ transport }) => void transport.write('?') });
    await client.lost();
    expectSame(String(client.bytes), 'farewell', 'what arrived');
    expect((await server.lost()) instanceof ConnectionDone, `the reason is ${String(server.reason)}`);
    server.transport.startTLS(serverTLS(stage));
    expectSame(server.log, ['made', 'data', 'lost'], 'the log');
  });

  suite.add('R37 startTLS throws for a client that does not say whom it wants to verify', async (stage) => {
    const { client } = await stage.pair({}, {});
    const error = errorBy(() => client.transport.startTLS(new ClientTLS()));
    expect(error instanceof TypeError && /serverName/.test(error.message), `the error is ${error}`);
    client.transport.write('in clear still');
  });
}
