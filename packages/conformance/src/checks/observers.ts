import type { ConnectionView, MovedChunk, Observer, TimedCallback } from 'couplet';
import { Reactor } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { ScriptedBackend } from '../scripted-backend.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R23 and R46: what observers hear, and what is printed when none listens. */
export function observerChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addPrinting(suite);
  addErrors(suite);
  addEvents(suite);
  addFaults(suite);
  addRecording(suite);
  return suite.checks;
}

/** A reactor without observers. */
function unobserved(turns: ConstructorParameters<typeof ScriptedBackend>[0]): [Reactor, ScriptedBackend] {
  const backend = new ScriptedBackend(turns);
  return [new Reactor(backend), backend];
}

/** Has a delayed call throw. */
async function fail(reactor: Reactor, backend: ScriptedBackend, thrown: unknown): Promise<void> {
  reactor.callLater(0, function recite() {
    throw thrown;
  });
  await backend.advance(0);
}

/** What a terminal or a log would take for more than text. */
function controlsIn(line: string): string[] {
  return [...line].filter((character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
  });
}

function addPrinting(suite: AllSuites): void {
  suite.addBare('R23 an error is printed as one line: who, where and what', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    await fail(reactor, backend, new RangeError('no rhyme'));
    const [line = ''] = backend.lines;
    expectSame(backend.lines.length, 1, 'the number of lines');
    expect(line.startsWith('a delayed call: recite: RangeError: no rhyme'), `it says: ${line}`);
  });

  suite.addBare('R23 what is printed has no control characters', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    await fail(reactor, backend, new Error('one\ntwo\r\u001b[31mred\u0007\u009b\u2028\u2029\u007f'));
    const [line = ''] = backend.lines;
    expectSame([backend.lines.length, controlsIn(line)], [1, []], 'the number of lines, and their control characters');
    expect(line.includes('one\\ntwo\\u000d\\u001b[31mred\\u0007\\u009b'), `it says: ${line}`);
  });

  suite.addBare('R23 a name has no control characters either where it is printed', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    const client = new RecordingFactory({
      started: () => {
        throw new Error('no rhyme');
      },
    });
    reactor.connectTCP('poem\n.test', 8007, client);
    const [line = ''] = backend.lines;
    expectSame([backend.lines.length, controlsIn(line)], [1, []], 'the number of lines, and their control characters');
    expect(
      line.startsWith('RecordingFactory for poem\\n.test:8007: startedConnecting: Error: no rhyme'),
      `it says: ${line}`,
    );
  });

  const odd: readonly [what: string, thrown: unknown, said: string][] = [
    ['a string', 'no\nrhyme', 'recite: no\\nrhyme'],
    ['undefined', undefined, 'recite: undefined'],
    ['a symbol', Symbol('rhyme'), 'recite: Symbol(rhyme)'],
    ['an object without a prototype', Object.create(null), 'recite: '],
  ];
  for (const [what, thrown, said] of odd) {
    suite.addBare(`R23 ${what} that was thrown is printed`, async (turns) => {
      const [reactor, backend] = unobserved(turns);
      await fail(reactor, backend, thrown);
      const [line = ''] = backend.lines;
      expectSame(
        [backend.lines.length, controlsIn(line)],
        [1, []],
        'the number of lines, and their control characters',
      );
      expect(line.includes(said), `it says: ${line}`);
    });
  }

  suite.addBare('R23 an error that cannot be printed does no harm', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    const error = new Error('no rhyme');
    Object.defineProperty(error, 'message', {
      get: () => {
        throw new Error('no message');
      },
    });
    await fail(reactor, backend, error);
    await fail(reactor, backend, new Error('next'));
    expectSame(backend.lines.length, 2, 'the number of lines');
    expect(backend.lines[1]?.includes('next') === true, `it says: ${backend.lines[1]}`);
  });
}

function addErrors(suite: AllSuites): void {
  suite.addBare('R23 an observer of errors hears them, and nothing is printed', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    const heard: unknown[] = [];
    reactor.observe({ error: ({ who, where, error }) => heard.push(who, where, error) });
    const thrown = new Error('no rhyme');
    await fail(reactor, backend, thrown);
    expectSame([heard.slice(0, 2), backend.lines], [['a delayed call', 'recite'], []], 'who and where, and the lines');
    expect(heard[2] === thrown, 'the error that the observer was told is not the one that was thrown');
  });

  suite.addBare('R23 an observer that takes no errors leaves them to be printed', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    reactor.observe({ connectionMade: () => {} });
    await fail(reactor, backend, new Error('no rhyme'));
    expectSame(backend.lines.length, 1, 'the number of lines');
  });

  suite.addBare('R23 without its observer errors are printed again', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    let heard = 0;
    const observer = (): void => {
      heard += 1;
    };
    const end = reactor.observe({ error: observer });
    await fail(reactor, backend, new Error('first'));
    end();
    end();
    await fail(reactor, backend, new Error('second'));
    expectSame([heard, backend.lines.length], [1, 1], 'how many errors were heard, and printed');
  });

  suite.addBare('R23 every observer hears, also when one of them ends meanwhile', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    const heard: string[] = [];
    const end = reactor.observe({
      error: () => {
        heard.push('first');
        end();
      },
    });
    for (const name of ['second', 'third']) reactor.observe({ error: () => heard.push(name) });
    await fail(reactor, backend, new Error('one'));
    await fail(reactor, backend, new Error('two'));
    expectSame(heard, ['first', 'second', 'third', 'second', 'third'], 'who heard');
  });
}

function addFaults(suite: AllSuites): void {
  suite.addBare('R23 an observer that throws hurts nobody, and what it throws is printed', async (turns) => {
    const [reactor, backend] = unobserved(turns);
    const heard: string[] = [];
    reactor.observe({
      error: () => {
        throw new Error('no ear');
      },
    });
    reactor.observe({ error: ({ where }) => heard.push(where) });
    await fail(reactor, backend, new Error('no rhyme'));
    reactor.callLater(0, () => heard.push('next'));
    await backend.advance(0);
    expectSame(heard, ['recite', 'next'], 'what was heard');
    expect(backend.lines.length === 1 && backend.lines[0]?.includes('no ear') === true, `it says: ${backend.lines}`);
  });
}

function addEvents(suite: AllSuites): void {
  suite.addEach('R23 an observer hears of ports and connections', async (stage, link) => {
    const heard: string[] = [];
    const troupe = new SceneFactory({
      made: () => void heard.push('its connectionMade'),
      lost: () => void heard.push('its connectionLost'),
    });
    const servers = (transport: unknown): boolean => troupe.actors[0]?.transport === transport;
    const observer: Observer = {
      listening: (host) => heard.push(`listening ${host}`),
      // A server's transport is known to its protocol from connectionMade on, which comes after this.
      connectionMade: (transport) => heard.push(`made ${transport.disconnecting}`),
      connectionLost: (transport, { name }) => heard.push(`lost ${servers(transport) ? 'server' : 'client'} ${name}`),
      stoppedListening: (host) => heard.push(`stopped ${host}`),
    };
    const end = stage.reactor.observe(observer);
    const port = await stage.listen(troupe, {}, link);
    const client = await stage.join(port);
    const [server] = troupe.actors;
    await server?.when(() => server.log.length > 0);
    client.transport.loseConnection();
    await server?.lost();
    await client.lost();
    await port.stopListening();
    end();
    await stage.listen(new SceneFactory(), {}, link);
    const [listening, stopped] = [heard[0], heard.at(-1)];
    expectSame([listening, stopped], [`listening ${port.getHost()}`, `stopped ${port.getHost()}`], 'first and last');
    const made = heard.filter((one) => one === 'made false').length;
    const lost = heard.filter((one) => one.startsWith('lost')).sort();
    expectSame([made, lost], [2, ['lost client ConnectionDone', 'lost server ConnectionDone']], 'made and lost');
    expect(heard.indexOf('made false') < heard.indexOf('its connectionMade'), `the order is ${heard}`);
    expect(heard.indexOf('its connectionLost') < heard.indexOf('lost server ConnectionDone'), `the order is ${heard}`);
    expectSame(heard.length, 8, 'how much it heard');
  });
}

/** The number of chunks that were told of a connection in a direction, and of their bytes. */
function sumOf(chunks: readonly MovedChunk[], id: number, direction: MovedChunk['direction']): [number, number] {
  const own = chunks.filter((chunk) => chunk.connection === id && chunk.direction === direction);
  return [own.length, own.reduce((sum, { bytes }) => sum + bytes, 0)];
}

function addRecording(suite: AllSuites): void {
  suite.addEach('R46 the chunks that are told are those that are counted, with their bytes', async (stage, link) => {
    const chunks: MovedChunk[] = [];
    const lost: ConnectionView[] = [];
    const bytes: Buffer[] = [];
    const wrong: MovedChunk[] = [];
    const bytesOf = new Set<number>();
    const stop = stage.reactor.observe(
      {
        connectionMade: (_transport, _protocol, { id, role }) => void (role === 'server' && bytesOf.add(id)),
        connectionLost: (_transport, _reason, view) => void lost.push(view),
        chunk: (chunk, data) => {
          chunks.push(chunk);
          if (data?.length !== (bytesOf.has(chunk.connection) ? chunk.bytes : undefined)) wrong.push(chunk);
          if (data !== undefined && chunk.direction === 'out') bytes.push(data);
        },
      },
      { bytesOf },
    );
    const before = stage.reactor.now();
    const port = await stage.listen(new SceneFactory(echo), {}, link);
    const text = Buffer.alloc(300_000, 'poem ');
    const client = await stage.join(port, { made: ({ transport }) => void transport.write(text) });
    await client.when(() => client.received === text.length);
    client.transport.loseConnection();
    while (lost.length < 2) await stage.pass(1);
    stop();
    for (const { id, bytesIn, reads, bytesOut, writes } of lost) {
      expectSame(sumOf(chunks, id, 'in'), [reads, bytesIn], 'the chunks in');
      expectSame(sumOf(chunks, id, 'out'), [writes, bytesOut], 'the chunks out');
      expectSame([bytesIn, bytesOut], [text.length, text.length], 'the bytes that moved');
    }
    expectSame(
      wrong,
      [],
      'the chunks whose bytes were given though they were not asked for, or were not though they were',
    );
    expect(Buffer.concat(bytes).equals(text), 'the bytes that were told are not those that the server wrote');
    const times = [before, ...chunks.map(({ at }) => at), stage.reactor.now()];
    expectSame(
      times,
      times.toSorted((a, b) => a - b),
      'the times, in order',
    );
  });

  suite.addEach('R46 every callback is told with its time, and slow ones are told as before', async (stage, link) => {
    const calls: TimedCallback[] = [];
    const slow: string[] = [];
    const ends = [
      stage.reactor.observe({ callback: (call) => void calls.push(call) }),
      stage.reactor.observe({ slowCallback: ({ where }) => void slow.push(where) }, { slowCallbackMs: 600_000 }),
    ];
    const before = stage.reactor.now();
    const port = await stage.listen(new SceneFactory(echo), {}, link);
    const client = await stage.join(port, { made: ({ transport }) => void transport.write('four') });
    await client.when(() => client.received === 4);
    client.transport.loseConnection();
    await client.lost();
    while ([...stage.reactor.inspect().connections()].length > 0) await stage.pass(1);
    const loop = stage.reactor.inspect().loop;
    for (const end of ends) end();
    const after = stage.reactor.now();
    for (const { who, where, ms, at } of calls)
      expect(ms >= 0 && at - ms >= before - 0.001 && at <= after, `${who}.${where} ran for ${ms} ms until ${at}`);
    const named = calls.filter(({ who }) => who === 'Actor');
    for (const where of ['connectionMade', 'dataReceived', 'connectionLost']) {
      const own = named.filter((call) => call.where === where);
      expectSame(new Set(own.map(({ connection }) => connection)).size, 2, `the connections of ${where}`);
    }
    expect(
      calls.some(({ who, where }) => who === 'SceneFactory' && where === 'buildProtocol'),
      'no factory is told',
    );
    expectSame([slow, loop?.held], [[], []], 'what is slow, and what held the loop');
    expectSame(stage.reactor.inspect().loop, undefined, 'the loop once nothing asks for it');
  });
}
