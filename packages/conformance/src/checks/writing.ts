import type { Transport } from 'couplet';
import type { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { deaf } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory } from '../stage.ts';
import { Suite } from '../suite.ts';
import type { ValveBackend, ValveWire } from '../valve.ts';

/** R4 and R10: what becomes of a write. */
export function writingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addValues(suite);
  addLateWrites(suite);
  addRuns(suite);
  return suite.checks;
}

/** Has a server write, and resolves with all that its client gets. */
async function told(stage: Stage, speak: (transport: Transport) => void): Promise<Buffer> {
  const speakAndLeave = ({ transport }: Actor): void => {
    speak(transport);
    transport.loseConnection();
  };
  const { client } = await stage.pair({ made: speakAndLeave }, {});
  await client.lost();
  return client.bytes;
}

/** Calls the method with what its type forbids; returns what it throws. */
function misuse(transport: Transport, method: 'write' | 'writeSequence', value: unknown): unknown {
  try {
    Reflect.apply(transport[method], transport, [value]);
  } catch (error) {
    return error;
  }
  return undefined;
}

const wrong: readonly unknown[] = [
  undefined,
  null,
  5,
  true,
  {},
  [1, 2],
  new Uint16Array(2),
  new ArrayBuffer(2),
  ['word'],
];

function addValues(suite: Suite): void {
  suite.add(
    'R4 a value that is neither bytes nor string throws TypeError, and nothing of it is sent',
    async (stage) => {
      const bytes = await told(stage, (transport) => {
        for (const value of wrong) {
          expect(misuse(transport, 'write', value) instanceof TypeError, `no TypeError for ${JSON.stringify(value)}`);
        }
        expect(misuse(transport, 'writeSequence', [5]) instanceof TypeError, 'writeSequence([5]) threw no TypeError');
        transport.write('end');
      });
      expectSame(bytes.toString(), 'end', 'what arrived');
    },
  );

  suite.add('R4 a wrong value throws TypeError on a dead connection too', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    client.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    for (const { transport } of [server, client])
      expect(
        misuse(transport, 'write', 5) instanceof TypeError,
        'write(5) threw no TypeError after the connection was lost',
      );
  });

  suite.add('R4 a string is sent as UTF-8', async (stage) => {
    const bytes = await told(stage, (transport) => void transport.write('Füße, \u{1F9A2}'));
    expectSame(bytes.toString('hex'), '46c3bcc39f652c20f09fa6a2', 'what arrived');
  });

  suite.add('R4 an empty chunk sends nothing and is no error', async (stage) => {
    const bytes = await told(stage, (transport) => {
      expect(transport.write(''), 'write of an empty string returned false');
      expect(transport.write(new Uint8Array(0)), 'an empty chunk is refused');
      expect(transport.writeSequence([]), 'an empty sequence is refused');
      transport.write('end');
    });
    expectSame(bytes.toString(), 'end', 'what arrived');
  });

  suite.add('R4 any Uint8Array is sent, a part of a larger buffer too', async (stage) => {
    const letters = new TextEncoder().encode('abcdefgh');
    const bytes = await told(stage, (transport) => {
      transport.write(letters.subarray(2, 4));
      transport.write(new Uint8Array(letters.buffer, 5, 2));
      transport.write(Buffer.from('!'));
    });
    expectSame(bytes.toString(), 'cdfg!', 'what arrived');
  });

  suite.addEach('R4 write does not block: 20 MB to a peer that reads nothing return at once', async (stage, link) => {
    const { server, client } = await stage.pair({}, deaf, {}, link);
    const room = server.calls(() => server.transport.write(poemOf(20_000_000)));
    expectSame(room, false, 'what write returned');
    server.transport.abortConnection();
    await server.lost();
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.add('R4 one chunk may be written many times, to many connections', async (stage) => {
    const verse = poemOf(50_000);
    const recite = ({ transport }: Actor): void => {
      transport.write(verse);
      transport.write(verse);
      transport.loseConnection();
    };
    const pairs = await Promise.all([1, 2, 3].map(() => stage.pair({ made: recite }, {})));
    for (const { client } of pairs) {
      await client.lost();
      expectPoem(client.bytes, Buffer.concat([verse, verse]), 'a client');
    }
  });

  suite.addEach('R4 chunks of all sizes arrive in the order in which they were written', async (stage, link) => {
    const poem = poemOf(4_000_000);
    const sizes = [1, 100, 16_383, 16_384, 3, 65_536, 7, 7, 300_000, 262_144, 262_145, 20, 16_000, 50_000, 2];
    const recite = ({ transport }: Actor): void => {
      for (let at = 0, turn = 0; at < poem.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        transport.write(poem.subarray(at, at + size));
        at += size;
      }
      transport.loseConnection();
    };
    const { client } = await stage.pair({ made: recite }, {}, {}, link);
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });
}

function addLateWrites(suite: Suite): void {
  const late = (transport: Transport): boolean[] => [
    transport.write('late'),
    transport.writeSequence(['very', 'late']),
  ];

  suite.addEach('R4 after loseConnection write does nothing and returns false', async (stage, link) => {
    const results: boolean[] = [];
    const speak = ({ transport }: Actor): void => {
      transport.write('in time');
      transport.loseConnection();
      results.push(...late(transport));
    };
    const { client } = await stage.pair({ made: speak }, {}, {}, link);
    await client.lost();
    expectSame(results, [false, false], 'what write returned');
    expectSame(client.bytes.toString(), 'in time', 'what arrived');
  });

  suite.add('R4 after loseWriteConnection write does nothing and returns false', async (stage) => {
    const results: boolean[] = [];
    const speak = ({ transport }: Actor): void => {
      transport.write('in time');
      transport.loseWriteConnection();
      results.push(...late(transport));
    };
    const { client } = await stage.pair(
      { made: speak, shut: ({ transport }) => void results.push(...late(transport)) },
      {},
    );
    await client.lost();
    expectSame(results, [false, false, false, false], 'what write returned');
    expectSame(client.bytes.toString(), 'in time', 'what arrived');
  });

  suite.add('R4 after abortConnection write does nothing and returns false', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    server.transport.abortConnection();
    expectSame(late(server.transport), [false, false], 'what write returned');
    await Promise.all([server.lost(), client.lost()]);
    expectSame(client.received, 0, 'the number of bytes that arrived');
  });

  suite.addEach('R4 in connectionLost and later write does nothing and returns false', async (stage, link) => {
    const results: boolean[] = [];
    const part = { lost: ({ transport }: Actor) => void results.push(...late(transport)) };
    const { server, client } = await stage.pair(part, part, {}, link);
    server.transport.loseConnection();
    await Promise.all([server.lost(), client.lost()]);
    for (const { transport } of [server, client]) results.push(...late(transport));
    expectSame(results, Array(8).fill(false), 'what write returned');
  });

  suite.addEach('R4 write does not throw though the peer has gone', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    client.transport.abortConnection();
    while (!server.transport.disconnected) {
      server.transport.write('anybody?');
      await stage.pass(1);
    }
    await client.lost();
  });
}

/** A scene in which the server writes on its valved wire, after which the client has got `words`. */
type Recital = (stage: Stage, server: Actor) => void | Promise<void>;

async function recited(stage: Stage, valves: ValveBackend, words: string, recital: Recital): Promise<ValveWire> {
  const { server, client } = await stage.pair({ data: () => {} }, {});
  await recital(stage, server);
  await client.when(() => client.received >= words.length);
  expectSame(client.bytes.toString(), words, 'what arrived');
  const [wire] = valves.accepted;
  expect(wire !== undefined, 'the backend accepted no wire for the server');
  return wire;
}

function addRuns(suite: Suite): void {
  const speak = ({ transport }: Actor, words: string): void => {
    for (const word of words) transport.write(word);
  };

  suite.addValved('R10 the writes of connectionMade leave as one, at both ends', async (stage, valves) => {
    const part = { made: (actor: Actor) => speak(actor, 'made') };
    const { server, client } = await stage.pair(part, part);
    await Promise.all([server, client].map((actor) => actor.when(() => actor.received === 4)));
    for (const { chunks } of [...valves.accepted, ...valves.connected])
      expectSame(chunks.map(String), ['made'], 'the writes');
  });

  suite.addValved('R10 the writes of dataReceived leave as one', async (stage, valves) => {
    const answer = (actor: Actor): void => {
      speak(actor, 'ans');
      actor.transport.writeSequence(['w', 'e', 'r']);
    };
    const { client } = await stage.pair({ data: answer }, { made: ({ transport }) => void transport.write('?') });
    await client.when(() => client.received === 6);
    expectSame(valves.accepted[0]?.chunks.map(String), ['answer'], 'the writes');
  });

  suite.addValved('R10 nothing leaves before the callback returns', async (stage, valves) => {
    const early: number[] = [];
    const answer = (actor: Actor): void => {
      speak(actor, 'answer');
      early.push(valves.accepted[0]?.chunks.length ?? 0);
    };
    const { client } = await stage.pair({ data: answer }, { made: ({ transport }) => void transport.write('?') });
    await client.when(() => client.received === 6);
    expectSame(early, [0], 'the number of early writes');
  });

  suite.addValved('R10 the writes of a delayed call leave as one', async (stage, valves) => {
    const wire = await recited(stage, valves, 'later', ({ reactor }, server) => {
      reactor.callLater(0, () => speak(server, 'later'));
    });
    expectSame(wire.chunks.map(String), ['later'], 'the writes');
  });

  suite.addValved('R10 the writes of one promise continuation leave as one', async (stage, valves) => {
    const wire = await recited(stage, valves, 'onetwo', async (_stage, server) => {
      await stage.pass(1);
      speak(server, 'one');
      await stage.pass(1);
      speak(server, 'two');
    });
    expectSame(wire.chunks.map(String), ['one', 'two'], 'the writes');
  });

  suite.addValved('R10 the writes of a callback after its await leave as one', async (stage, valves) => {
    const answer = async (actor: Actor): Promise<void> => {
      speak(actor, 'before');
      await stage.pass(1);
      speak(actor, 'after');
    };
    const { client } = await stage.pair({ data: answer }, { made: ({ transport }) => void transport.write('?') });
    await client.when(() => client.received === 11);
    expectSame(valves.accepted[0]?.chunks.map(String), ['before', 'after'], 'the writes');
  });

  suite.addValved('R10 one event that writes to many connections makes one write for each', async (stage, valves) => {
    const everybody = new SceneFactory({
      made: ({ transport }) => void transport.write('hello'),
      data: () => {
        for (const word of ['to', 'all']) for (const { transport } of everybody.actors) transport.write(word);
      },
    });
    const port = await stage.listen(everybody);
    const clients = await Promise.all([1, 2, 3].map(() => stage.join(port)));
    await Promise.all(clients.map((client) => client.when(() => client.received === 5)));
    clients[0]?.transport.write('!');
    await Promise.all(clients.map((client) => client.when(() => client.received === 10)));
    expectSame(
      valves.accepted.map(({ chunks }) => chunks.map(String)),
      Array(3).fill(['hello', 'toall']),
      'the writes',
    );
  });

  suite.addValved('R10 the last writes and the FIN keep their order', async (stage, valves) => {
    const leave = (actor: Actor): void => {
      speak(actor, 'bye');
      actor.transport.loseConnection();
    };
    const { client } = await stage.pair({ data: leave }, { made: ({ transport }) => void transport.write('?') });
    await client.lost();
    expectSame(
      valves.accepted[0]?.calls.filter((call) => /write|end|close/.test(call)).slice(0, 2),
      ['write 3', 'end'],
      'calls',
    );
  });

  suite.addValved('R10 a thousand small writes arrive in order, in a few writes', async (stage, valves) => {
    const poem = poemOf(100_000);
    const recite = ({ transport }: Actor): void => {
      for (let at = 0; at < poem.length; at += 100) transport.write(poem.subarray(at, at + 100));
      transport.loseConnection();
    };
    const { client } = await stage.pair({ made: recite }, {});
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
    const writes = valves.accepted[0]?.chunks.length ?? 0;
    expect(writes <= 4, `there were ${writes} writes`);
  });

  suite.addValved(
    'R10 a gathered write that the kernel does not take is left alone by others',
    async (stage, valves) => {
      const [one, other] = [await stage.pair({}, {}), await stage.pair({}, {})];
      const [wire] = valves.accepted;
      wire?.shut();
      speak(one.server, 'hello');
      await stage.pass(1);
      speak(other.server, 'world');
      await other.client.when(() => other.client.received === 5);
      wire?.open();
      await one.client.when(() => one.client.received === 5);
      expectSame(
        [one, other].map(({ client }) => client.bytes.toString()),
        ['hello', 'world'],
        'what arrived',
      );
    },
  );

  suite.addValved('R10 what waits while the kernel is full leaves as one write', async (stage, valves) => {
    const { server, client } = await stage.pair({}, {});
    const [wire] = valves.accepted;
    wire?.shut();
    speak(server, 'a');
    await stage.pass(1);
    for (const word of ['one ', 'two ', 'three']) {
      speak(server, word);
      await stage.pass(1);
    }
    wire?.open();
    await client.when(() => client.received === 14);
    expectSame(wire?.chunks.map(String), ['a', 'one two three'], 'the writes');
  });
}
