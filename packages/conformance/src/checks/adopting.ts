import type { DuplexLike } from 'couplet';
import { ConnectionLost, IPv4Address } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { Far, nearOf, type StreamPair, served } from '../far.ts';
import { echo } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { rejectionOf } from '../rejection.ts';
import { push } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { OneFactory, SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';
import { clientTLS, serverTLS } from './tls.ts';

/** How much a duplex stream may be given that it has not called back for. */
const MOST = 256 * 1024;

/** R57: streams that exist already. Empty if the backend under test cannot make pairs of streams. */
export function adoptingChecks(underTest: BackendUnderTest): Check[] {
  const { streamPair } = underTest;
  if (streamPair === undefined) return [];
  const suite = new Suite(underTest);
  addTalk(suite, streamPair);
  addFactories(suite, streamPair);
  addPressure(suite, streamPair);
  if (underTest.tls !== undefined) addTLS(suite, streamPair);
  return suite.checks;
}

function addTalk(suite: Suite, pair: StreamPair): void {
  suite.add('R57 adoptStream resolves to the protocol, after its connectionMade', async (stage) => {
    const { actor } = await served(stage, pair());
    expectSame(actor.log, ['made'], 'the log of the protocol');
  });

  suite.add('R57 what is said at one end of the stream is heard at the other', async (stage) => {
    const { actor, far } = await served(stage, pair(), echo);
    far.say('verse');
    await far.when(() => far.received === 5);
    expectSame([String(actor.bytes), String(far.bytes)], ['verse', 'verse'], 'what was heard');
  });

  suite.add('R57 what was written before the stream is adopted is read', async (stage) => {
    const [near, far] = pair();
    far.write(Buffer.from('early'), () => {});
    far.end();
    const { actor } = await served(stage, [near, far]);
    await actor.lost();
    expectSame(String(actor.bytes), 'early', 'what was heard');
  });

  suite.add('R57 a stream that was paused is read', async (stage) => {
    const [near, far] = pair();
    near.pause();
    const { actor, far: other } = await served(stage, [near, far]);
    other.say('x');
    await actor.when(() => actor.received === 1);
  });

  suite.add('R57 the addresses are those of pipes', async (stage) => {
    const { transport } = (await served(stage, pair())).actor;
    expectSame([transport.getHost().family, transport.getPeer().family], ['PIPE', 'PIPE'], 'the families');
  });

  suite.add('R57 the addresses are those that are given', async (stage) => {
    const [local, peer] = [new IPv4Address('192.0.2.1', 22), new IPv4Address('198.51.100.1', 5000)];
    const asked: string[] = [];
    const build = (address: { authority: string }): Actor => {
      asked.push(address.authority);
      return new Actor();
    };
    const { transport } = await stage.reactor.adoptStream(nearOf(pair), build, { local, peer });
    const told = [transport.getHost().authority, transport.getPeer().authority];
    expectSame([told, asked], [['192.0.2.1:22', '198.51.100.1:5000'], ['198.51.100.1:5000']], 'the addresses');
  });
}

function addFactories(suite: Suite, pair: StreamPair): void {
  suite.add('R57 a Factory is in use until the connection is gone', async (stage) => {
    const calls: string[] = [];
    const factory = stage.cast(new OneFactory(new Actor({ lost: () => void calls.push('lost') })));
    factory.startFactory = () => void calls.push('startFactory');
    factory.stopFactory = () => void calls.push('stopFactory');
    const { transport } = await stage.reactor.adoptStream(nearOf(pair), factory);
    expectSame([calls, factory.numPorts], [['startFactory'], 1], 'the calls and numPorts while it is connected');
    transport.abortConnection();
    await stage.until(() => factory.numPorts === 0);
    expectSame(calls, ['startFactory', 'lost', 'stopFactory'], 'the calls');
  });

  suite.add('R57 a Factory that starts later gets the stream then', async (stage) => {
    const started = new Deferred();
    const [near, far] = pair();
    const factory = stage.cast(new OneFactory(new Actor(echo)));
    factory.startFactory = () => started.promise;
    const adopted = stage.reactor.adoptStream(near, factory);
    const other = new Far(far);
    other.say('verse');
    await stage.pass(5);
    expectSame(factory.actors[0]?.log, [], 'the log of the protocol before the factory has started');
    started.keep();
    await adopted;
    await other.when(() => other.received === 5);
  });

  suite.add('R57 a ClientFactory is told as if it had connected', async (stage) => {
    const factory = new RecordingFactory();
    const { transport } = await stage.reactor.adoptStream(nearOf(pair), factory);
    transport.abortConnection();
    await factory.wrote('stopFactory');
    expectSame(
      factory.records,
      [
        'startFactory',
        'startedConnecting',
        'buildProtocol',
        'connectionMade',
        'connectionLost ConnectionAborted',
        'clientConnectionLost ConnectionAborted',
        'stopFactory',
      ],
      'what the factory was told',
    );
  });

  suite.add('R57 a further attempt of the connector fails', async (stage) => {
    let again = true;
    const factory = new RecordingFactory({
      lost: (connector) => {
        if (again) connector.connect();
        again = false;
      },
    });
    const { transport } = await stage.reactor.adoptStream(nearOf(pair), factory);
    transport.abortConnection();
    await factory.wrote('stopFactory');
    expectSame(
      factory.records.slice(-2),
      ['clientConnectionFailed ConnectError', 'stopFactory'],
      'what it was told last',
    );
  });

  suite.add('R57 the stream is admitted, and counted: a limit holds, and falls to 0', async (stage) => {
    const actors = stage.cast(new SceneFactory());
    const limited = limitConnections(actors, { max: 1 });
    const [near, far] = pair();
    const one = await stage.reactor.adoptStream(near, limited);
    const [refusedEnd, refusedFar] = pair();
    const told = new Far(refusedFar);
    const reason = await rejectionOf(stage.reactor.adoptStream(refusedEnd, limited));
    expectSame(reason.name, 'ConnectionLimitReached', 'the reason of the refusal');
    await told.gone();
    const lost = new Far(far);
    expect(one instanceof Actor, 'the protocol is not an actor');
    one.transport.loseConnection();
    lost.duplex.end();
    await one.lost();
    await stage.reactor.adoptStream(nearOf(pair), limited);
  });

  suite.add('R57 connections of adopted streams are told and shown', async (stage) => {
    const told: string[] = [];
    stage.reactor.observe({
      connectionMade: (_transport, _protocol, view) => told.push(`made ${view?.role}`),
      connectionLost: (_transport, _reason, view) => told.push(`lost ${view?.role}`),
      listening: () => told.push('listening'),
    });
    const server = new Actor();
    const client = new Actor();
    await stage.reactor.adoptStream(nearOf(pair), stage.cast(new OneFactory(server)));
    await stage.reactor.adoptStream(nearOf(pair), stage.cast(new SingleClient(client)));
    expectSame([...stage.reactor.inspect().connections()].length, 2, 'the number of views');
    for (const actor of [server, client]) {
      actor.transport.abortConnection();
      await actor.lost();
    }
    expectSame(told, ['made server', 'made client', 'lost server', 'lost client'], 'what observers were told');
  });
}

/** Counts the bytes that a stream is given until it calls back. A backend may know a shorter way into its own streams. */
function mostInside(duplex: DuplexLike): () => number {
  const { write } = duplex;
  let inside = 0;
  let most = 0;
  const counting: DuplexLike['write'] = (chunk, written) => {
    inside += chunk.length;
    most = Math.max(most, inside);
    return Reflect.apply(write, duplex, [
      chunk,
      (error?: Error | null) => {
        inside -= chunk.length;
        written(error);
      },
    ]);
  };
  Object.assign(duplex, { write: counting });
  return () => most;
}

function addPressure(suite: Suite, pair: StreamPair): void {
  suite.add('R57 at most 256 KiB are in a stream that is not read, and all of it arrives', async (stage) => {
    const poem = poemOf(3_000_000);
    const [near, farEnd] = pair();
    const most = mostInside(near);
    const actor = new Actor({ made: (one) => void push(one, poem, 100_000), lost: () => {} });
    await stage.reactor.adoptStream(near, stage.cast(new OneFactory(actor)));
    await stage.pass(10);
    expect(most() <= MOST, `${most()} bytes were in the stream at a time`);
    const far = new Far(farEnd);
    await far.when(() => far.received === poem.length);
    expectPoem(far.bytes, poem, 'the other end');
    expect(most() <= MOST, `${most()} bytes were in the stream at a time`);
  });

  suite.add('R57 nothing is read while the protocol has paused, and nothing is lost', async (stage) => {
    const poem = poemOf(300_000);
    const { actor, far } = await served(stage, pair(), { resumed: () => {} });
    actor.transport.pauseProducing();
    far.duplex.write(poem, () => {});
    await stage.pass(10);
    expectSame(actor.received, 0, 'the bytes while it was paused');
    actor.transport.resumeProducing();
    await actor.when(() => actor.received === poem.length);
    expectPoem(actor.bytes, poem, 'the protocol');
  });
}

function addTLS(suite: Suite, pair: StreamPair): void {
  suite.add('R57 TLS is spoken over adopted streams from the first byte on', async (stage) => {
    const [near, far] = pair();
    const server = serverTLS(stage);
    const actor = new Actor(echo);
    const caller = new Actor({ made: ({ transport }) => void transport.write('verse') });
    const serving = stage.reactor.adoptStream(near, stage.cast(new OneFactory(actor)), { tls: server });
    const calling = stage.reactor.adoptStream(far, stage.cast(new SingleClient(caller)), { tls: clientTLS(stage) });
    await Promise.all([serving, calling]);
    await caller.when(() => caller.received === 5);
    expect(actor.transport.tls !== undefined && caller.transport.tls !== undefined, 'an end is in clear');
    caller.transport.loseConnection();
    const reasons = await Promise.all([actor.lost(), caller.lost()]);
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });

  suite.add('R57 an adopted stream turns to TLS', async (stage) => {
    const [near, far] = pair();
    const server = serverTLS(stage);
    const poem = poemOf(200_000);
    const actor = new Actor({
      data: (one) => {
        if (one.transport.tls !== undefined) return;
        one.transport.write('!');
        one.transport.startTLS(server);
        push(one, poem);
      },
    });
    const caller = new Actor({
      made: ({ transport }) => void transport.write('?'),
      data: ({ transport }) => {
        if (transport.tls === undefined) transport.startTLS(clientTLS(stage));
      },
    });
    await stage.reactor.adoptStream(near, stage.cast(new OneFactory(actor)));
    await stage.reactor.adoptStream(far, stage.cast(new SingleClient(caller)));
    await caller.when(() => caller.received === poem.length + 1);
    expectPoem(caller.bytes.subarray(1), poem, 'the client');
    actor.transport.abortConnection();
    const reason = await caller.lost();
    expect(reason instanceof ConnectionLost, `the client lost it with ${reason}`);
  });
}
