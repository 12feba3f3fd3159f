import type { Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import type { BackendUnderTest, Pair } from '../stage.ts';

/** How many descriptors may wait for the bytes that they go with. */
const MOST = 253;

type Kernel = NonNullable<BackendUnderTest['kernel']>;

/** R65 to R67: what the system tells of a socket, and does with it, beyond bytes. */
export function kernelChecks(underTest: BackendUnderTest): Check[] {
  const { kernel } = underTest;
  if (kernel === undefined) return [];
  const suite = new AllSuites(underTest);
  addTold(suite, kernel);
  addHandedOver(suite, kernel);
  addLimits(suite, kernel);
  return suite.checks;
}

function addTold(suite: AllSuites, { credentials }: Kernel): void {
  suite.addUnix('R65 each end of a UNIX socket learns which process is at the other', async (stage) => {
    const { server, client, connector } = await stage.pair({}, {}, {}, 'unix');
    expectSame(server.transport.peerCredentials, credentials, 'what the server learns');
    expectSame(client.transport.peerCredentials, credentials, 'what the client learns');
    const all = stage.reactor.inspect();
    for (const { id } of all.connections()) expectSame(all.connection(id)?.credentials, credentials, 'what is shown');
    connector.disconnect();
    await server.lost();
    expectSame(server.transport.peerCredentials, credentials, 'what is remembered');
  });

  suite.addUnix('R65 what was not asked for before the end is unknown after it', async (stage) => {
    const { server, connector } = await stage.pair({}, {}, {}, 'unix');
    connector.disconnect();
    await server.lost();
    expectSame(server.transport.peerCredentials, undefined, 'what the server learns');
  });

  suite.add('R65 a TCP connection has none', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    expectSame(
      [server, client].map(({ transport }) => transport.peerCredentials ?? null),
      [null, null],
      'what they learn',
    );
  });

  suite.add('R66 the state of a TCP connection is told to who looks at it', async (stage) => {
    const { client } = await stage.pair(echo, { made: ({ transport }) => void transport.write('once more') });
    await client.when(() => client.received === 9);
    const all = stage.reactor.inspect();
    for (const { id } of all.connections()) {
      const tcp = all.connection(id)?.tcp;
      expect(tcp !== undefined, `connection ${id} has no state of TCP`);
      const { state, unsentBytes, retransmits, unacked, ...others } = tcp;
      expectSame([state, unsentBytes, retransmits], ['ESTABLISHED', 0, 0], 'the state');
      expect(unacked >= 0 && unacked <= 1, `${unacked} segments are not acknowledged`);
      for (const [name, value] of Object.entries(others))
        expect(Number.isFinite(value) && Number(value) >= 0, `${name} is ${value}`);
      const { roundTripMs, retransmitTimeoutMs, congestionWindow, segmentBytes, lastSentMs, lastReceivedMs } = others;
      expect(roundTripMs > 0 && roundTripMs < 5000, `the round trip takes ${roundTripMs} ms`);
      expect(retransmitTimeoutMs >= roundTripMs, `it is sent again after ${retransmitTimeoutMs} ms`);
      expect(congestionWindow > 0 && congestionWindow < 10_000, `the window has ${congestionWindow} segments`);
      expect(segmentBytes >= 500 && segmentBytes <= 65_536, `a segment has ${segmentBytes} bytes`);
      expect(Math.max(lastSentMs, lastReceivedMs) < 25_000, `data moved ${lastSentMs} and ${lastReceivedMs} ms ago`);
    }
  });

  suite.add('R66 the peer has ended, and is shown to have', async (stage) => {
    const { server } = await stage.pair(
      { eof: () => {} },
      { made: ({ transport }) => transport.loseWriteConnection() },
    );
    await server.when(() => server.log.includes('eof'));
    const all = stage.reactor.inspect();
    const [view] = [...all.connections()].filter(({ role }) => role === 'server');
    expectSame(all.connection(view?.id ?? -1)?.tcp?.state, 'CLOSE_WAIT', 'the state');
  });

  suite.addUnix('R66 a UNIX socket has no state of TCP', async (stage) => {
    await stage.pair({}, {}, {}, 'unix');
    const all = stage.reactor.inspect();
    const shown = [...all.connections()].map(({ id }) => 'tcp' in (all.connection(id) ?? {}));
    expectSame(shown, [false, false], 'whether it is shown');
  });
}

/** A part that takes descriptors, and a list of the texts of their files and of what it received, in order. */
function taker({ take }: Kernel): { readonly part: Part; readonly got: string[] } {
  const got: string[] = [];
  const part: Part = {
    descriptor: (_actor, fd) => void got.push(`file ${take(fd)}`),
    data: (_actor, chunk) => void got.push(chunk.toString()),
  };
  return { part, got };
}

/** Hands a descriptor over, and closes its own. */
function handOver({ transport }: Pair['client'], { open, take }: Kernel, text: string): void {
  const fd = open(text);
  try {
    expect(transport.sendFileDescriptor !== undefined, 'descriptors cannot be sent');
    transport.sendFileDescriptor(fd);
  } finally {
    take(fd);
  }
}

function addHandedOver(suite: AllSuites, kernel: Kernel): void {
  suite.addUnix('R67 a descriptor comes before the bytes that are written after it', async (stage) => {
    const { part, got } = taker(kernel);
    const { server, client } = await stage.pair(part, {}, {}, 'unix');
    for (const word of ['one', 'two']) {
      handOver(client, kernel, word);
      client.transport.write(word);
      await server.when(() => got.at(-1) === word);
    }
    expectSame(got, ['file one', 'one', 'file two', 'two'], 'what came');
  });

  suite.addUnix('R67 several come in order, and on both ways', async (stage) => {
    const ways = [taker(kernel), taker(kernel)] as const;
    const { server, client } = await stage.pair(ways[0].part, ways[1].part, {}, 'unix');
    for (const actor of [client, server]) {
      for (const text of ['a', 'b', 'c']) handOver(actor, kernel, text);
      actor.transport.write('!');
    }
    for (const [at, actor] of [server, client].entries()) {
      await actor.when(() => actor.received === 1);
      expectSame(ways[at]?.got, ['file a', 'file b', 'file c', '!'], 'what came');
    }
  });

  suite.addUnix('R67 it goes with bytes that a slow reader lets wait', async (stage) => {
    const { part, got } = taker(kernel);
    const { server, client } = await stage.pair({ ...part, data: () => {} }, {}, {}, 'unix');
    server.transport.pauseProducing();
    client.transport.write(Buffer.alloc(4_000_000));
    await stage.pass(20);
    handOver(client, kernel, 'late');
    client.transport.write('!');
    server.transport.resumeProducing();
    await server.when(() => server.received === 4_000_001);
    expectSame(got, ['file late'], 'what came');
  });

  suite.addUnix('R67 R8a a promise holds the bytes back', async (stage) => {
    let settle: () => void = () => {};
    const taken: string[] = [];
    const { server, client } = await stage.pair(
      {
        descriptor: (_actor, fd) => {
          taken.push(kernel.take(fd));
          return new Promise<void>((resolve) => {
            settle = resolve;
          });
        },
      },
      {},
      {},
      'unix',
    );
    handOver(client, kernel, 'wait');
    client.transport.write('bytes');
    await server.when(() => server.log.includes('descriptor'));
    await stage.pass(20);
    expectSame([taken, server.received], [['wait'], 0], 'what came');
    settle();
    await server.when(() => server.received === 5);
  });

  suite.addUnix('R67 R8 a throw ends the connection, and no other', async (stage) => {
    const { server, client } = await stage.pair(
      {
        descriptor: (_actor, fd) => {
          throw new Error(`not ${kernel.take(fd)}`);
        },
      },
      {},
      {},
      'unix',
    );
    handOver(client, kernel, 'this');
    client.transport.write('bytes');
    expectSame((await server.lost()).message, 'not this', 'the reason');
    expectSame(
      stage.takeReports().map(({ where }) => where),
      ['fileDescriptorReceived'],
      'what is reported',
    );
  });
}

function addLimits(suite: AllSuites, kernel: Kernel): void {
  suite.addUnix('R67 a protocol that takes none gets the bytes', async (stage) => {
    const { server, client } = await stage.pair({}, {}, {}, 'unix');
    handOver(client, kernel, 'unwanted');
    client.transport.write('bytes');
    await server.when(() => server.received === 5);
    expectSame(server.bytes.toString(), 'bytes', 'what came');
  });

  suite.addUnix(`R67 ${MOST} go together, and one more is refused`, async (stage) => {
    const { part, got } = taker(kernel);
    const { server, client } = await stage.pair(part, {}, {}, 'unix');
    const texts = Array.from({ length: MOST }, (_, at) => `${at}`);
    for (const text of texts) handOver(client, kernel, text);
    expect(thrown(() => handOver(client, kernel, 'more')).includes(`${MOST}`), 'the error does not name the limit');
    client.transport.write('!');
    await server.when(() => server.received === 1);
    expectSame(got, [...texts.map((text) => `file ${text}`), '!'], 'what came');
  });

  suite.addUnix('R67 one that is not open is refused, and nothing else happens', async (stage) => {
    const { server, client } = await stage.pair({}, {}, {}, 'unix');
    for (const fd of [-1, 1_000_000, 0.5, Number.NaN]) {
      const message = thrown(() => client.transport.sendFileDescriptor?.(fd));
      expect(message.includes(`${fd}`), `the error of ${fd} does not name it: ${message}`);
    }
    client.transport.write('bytes');
    await server.when(() => server.received === 5);
  });

  suite.addUnix('R67 after the end nothing is handed over', async (stage) => {
    const { part, got } = taker(kernel);
    const { server, client } = await stage.pair(part, {}, {}, 'unix');
    client.transport.write('bytes');
    client.transport.loseConnection();
    handOver(client, kernel, 'late');
    await server.lost();
    expectSame(got, ['bytes'], 'what came');
  });

  suite.addEach('R67 only UNIX sockets in clear hand descriptors over', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    const able = [server, client].map(({ transport }) => transport.sendFileDescriptor !== undefined);
    expectSame(able, [link === 'unix', link === 'unix'], 'whether they can');
  });
}

/** The message of the error that a call throws. */
function thrown(call: () => void): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : `${error}`;
  }
  throw new Error('nothing was thrown');
}
