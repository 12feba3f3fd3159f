import { ConnectError, ConnectionAborted, ConnectionDone, ConnectionLost } from 'couplet';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Far, type StreamPair, served } from '../far.ts';
import { echo } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { rejectionOf } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R57: how adopted streams end, and which ones are refused. Empty if the backend under test cannot make pairs of streams. */
export function adoptedEndChecks(underTest: BackendUnderTest): Check[] {
  const { streamPair } = underTest;
  if (streamPair === undefined) return [];
  const suite = new Suite(underTest);
  addEnds(suite, streamPair);
  addUndivided(suite, streamPair);
  addRefusals(suite, streamPair);
  return suite.checks;
}

function addEnds(suite: Suite, pair: StreamPair): void {
  suite.add('R57 loseConnection sends everything, and waits for the other end', async (stage) => {
    const poem = poemOf(500_000);
    const { actor, far } = await served(stage, pair());
    actor.transport.write(poem);
    actor.transport.loseConnection();
    await far.hears('end');
    expectPoem(far.bytes, poem, 'the other end');
    far.duplex.end();
    expect((await actor.lost()) instanceof ConnectionDone, `it was lost with ${actor.reason}`);
  });

  suite.add('R57 an end of the other side is told, and writing goes on', async (stage) => {
    const { actor, far } = await served(stage, pair(), { eof: ({ transport }) => void transport.write('rest') });
    far.duplex.end();
    await actor.when(() => actor.log.includes('eof'));
    await far.when(() => far.received === 4);
    actor.transport.loseConnection();
    await far.hears('end');
    expect((await actor.lost()) instanceof ConnectionDone, `it was lost with ${actor.reason}`);
  });

  suite.add('R57 abortConnection destroys the stream', async (stage) => {
    const [near, farEnd] = pair();
    const { actor, far } = await served(stage, [near, farEnd]);
    actor.transport.write(poemOf(1_000_000));
    actor.transport.abortConnection();
    expect((await actor.lost()) instanceof ConnectionAborted, `it was lost with ${actor.reason}`);
    await far.hears('close');
    expect(near.readable === false && near.writable === false, 'the stream can still be read or written');
    expect(far.received < 1_000_000, 'all that was written arrived');
  });

  suite.add('R57 a stream that is destroyed from outside is lost', async (stage) => {
    const [near, farEnd] = pair();
    const { actor, far } = await served(stage, [near, farEnd]);
    far.duplex.destroy();
    const reason = await actor.lost();
    expect(reason instanceof ConnectionLost, `it was lost with ${reason}`);
  });

  suite.add('R57 a reactor that stops ends the stream', async (stage) => {
    const { actor, far } = await served(stage, pair());
    stage.reactor.stop();
    await far.hears('end');
    far.duplex.end();
    const reason = await actor.lost();
    expect(reason instanceof ConnectionAborted, `it was lost with ${reason}`);
  });
}

function addUndivided(suite: Suite, pair: StreamPair): void {
  const options = { allowHalfOpen: false };

  suite.add('R57 without half-close an end of the other side ends both', async (stage) => {
    const { actor, far } = await served(stage, pair(options), { eof: () => {} });
    far.say('last words');
    far.duplex.end();
    const reason = await actor.lost();
    expect(reason instanceof ConnectionDone, `it was lost with ${reason}`);
    expectSame([String(actor.bytes), actor.log], ['last words', ['made', 'data', 'eof', 'lost']], 'what it heard');
  });

  suite.add('R57 without half-close an end of this side ends both', async (stage) => {
    const { actor, far } = await served(stage, pair(options), { eof: () => {}, shut: () => {} });
    actor.transport.write('last words');
    actor.transport.loseWriteConnection();
    const reason = await actor.lost();
    expect(reason instanceof ConnectionDone, `it was lost with ${reason}`);
    await far.hears('end');
    expectSame(String(far.bytes), 'last words', 'what arrived');
  });

  suite.add('R57 without half-close nothing is read behind an end of this side', async (stage) => {
    const { actor, far } = await served(stage, pair(options), { eof: () => {}, shut: () => {} });
    actor.transport.loseWriteConnection();
    await actor.when(() => actor.log.includes('shut'));
    far.say('too late');
    await actor.lost();
    expectSame(actor.received, 0, 'the bytes that were read');
  });

  suite.add('R57 without half-close what is queued behind the end is lost, and that is told', async (stage) => {
    const { actor, far } = await served(stage, pair(options), { eof: () => {} });
    far.duplex.pause();
    actor.transport.write(poemOf(2_000_000));
    await stage.pass(5);
    far.duplex.end();
    await actor.when(() => actor.log.includes('eof'));
    far.duplex.resume();
    const reason = await actor.lost();
    expect(reason instanceof ConnectionLost, `it was lost with ${reason}`);
  });
}

function addRefusals(suite: Suite, pair: StreamPair): void {
  suite.add('R57 what is not a duplex stream is a TypeError', async (stage) => {
    const factory = new SceneFactory();
    // The check is for programs without types.
    for (const wrong of [null, undefined, 7, 'stream', {}, { on: () => {} }])
      await expectTypeError(Reflect.apply(stage.reactor.adoptStream, stage.reactor, [wrong, factory]), factory);
  });

  suite.add('R57 a stream that is flowing is a TypeError, and is left alone', async (stage) => {
    const [near, far] = pair();
    const [one, other] = [new Far(near), new Far(far)];
    await expectTypeError(stage.reactor.adoptStream(near, new SceneFactory()));
    other.say('still here');
    await one.when(() => one.received === 10);
    other.duplex.destroy();
    one.duplex.destroy();
  });

  suite.add('R57 a stream that has ended is a TypeError', async (stage) => {
    const [near, far] = pair();
    near.end();
    await expectTypeError(stage.reactor.adoptStream(near, new SceneFactory()));
    near.destroy();
    far.on('error', () => {});
    far.destroy();
  });

  suite.add('R57 a stream that has failed is a TypeError', async (stage) => {
    const [near, far] = pair();
    near.on('error', () => {});
    far.on('error', () => {});
    near.destroy(new Error('broken'));
    await expectTypeError(stage.reactor.adoptStream(near, new SceneFactory()));
    far.destroy();
  });

  suite.add('R57 a stream that was adopted already is a TypeError', async (stage) => {
    const [near, far] = pair();
    const first = served(stage, [near, far]);
    await expectTypeError(stage.reactor.adoptStream(near, new SceneFactory()));
    await first;
    await expectTypeError(stage.reactor.adoptStream(near, new SingleClient(new Actor())));
  });

  suite.add('R57 what is not a factory is a TypeError, and the stream is left alone', async (stage) => {
    const [near, far] = pair();
    await expectTypeError(Reflect.apply(stage.reactor.adoptStream, stage.reactor, [near, Actor]));
    const { far: other } = await served(stage, [near, far], echo);
    other.say('x');
    await other.when(() => other.received === 1);
  });

  suite.add('R57 wrong options are told, and the stream is left alone', async (stage) => {
    const [near, far] = pair();
    const adopt = (options: object): Promise<unknown> =>
      Reflect.apply(stage.reactor.adoptStream, stage.reactor, [near, new SceneFactory(), options]);
    await expectTypeError(adopt({ peer: '192.0.2.1' }));
    const reason = await rejectionOf(adopt({ closeTimeoutMs: -1 }));
    expect(reason instanceof RangeError, `it rejected with ${reason}`);
    await expectTypeError(adopt({ tls: {} }));
    await expectTypeError(adopt({ haproxy: { trusted: 7 } }));
    await served(stage, [near, far]);
  });

  suite.add('R57 a factory that refuses is the reason, and the stream is closed', async (stage) => {
    const [near, far] = pair();
    const other = new Far(far);
    const reason = await rejectionOf(stage.reactor.adoptStream(near, () => null));
    expectSame(reason.name, 'NoProtocolBuilt', 'the reason');
    await other.gone();
  });

  suite.add('R57 a factory that cannot start is the reason, and the stream is closed', async (stage) => {
    const [near, far] = pair();
    const other = new Far(far);
    const factory = new SceneFactory();
    const broken = new Error('no database');
    factory.startFactory = () => Promise.reject(broken);
    const reason = await rejectionOf(stage.reactor.adoptStream(near, factory));
    expect(reason === broken, `it rejected with ${reason}`);
    await other.gone();
    expectSame(factory.numPorts, 0, 'numPorts');
  });

  suite.add('R57 an attempt that is cancelled closes the stream', async (stage) => {
    const [near, far] = pair();
    const other = new Far(far);
    const factory = new RecordingFactory({ started: (connector) => connector.stopConnecting() });
    const reason = await rejectionOf(stage.reactor.adoptStream(near, factory));
    expect(reason instanceof ConnectError, `it rejected with ${reason}`);
    await other.gone();
  });

  suite.add('R57 a descriptor that is not open fails', async (stage) => {
    const reason = await rejectionOf(stage.reactor.adoptStreamConnection(1_000_000, new SceneFactory()));
    expect(reason instanceof ConnectError, `it rejected with ${reason}`);
    expect(reason.message.startsWith('descriptor 1000000: '), `the message is ${reason.message}`);
    const range = await rejectionOf(stage.reactor.adoptStreamConnection(-1, new SceneFactory()));
    expect(range instanceof RangeError, `it rejected with ${range}`);
  });
}

async function expectTypeError(promise: Promise<unknown>, factory?: SceneFactory): Promise<void> {
  const reason = await rejectionOf(promise);
  expect(reason instanceof TypeError, `it rejected with ${reason}`);
  if (factory !== undefined) expectSame(factory.numPorts, 0, 'numPorts of the factory');
}
