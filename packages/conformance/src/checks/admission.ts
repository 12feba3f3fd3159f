import type { Verdict } from 'couplet/policies';
import { guard, limitConnections, Refused } from 'couplet/policies';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { rejectionOf } from '../rejection.ts';
import { Slow } from '../slow.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { OneFactory, SceneFactory, SingleClient } from '../stage.ts';

/** Counts the refusals that the reactor tells of. */
function refusals({ reactor }: Stage): string[] {
  const codes: string[] = [];
  reactor.observe({
    connectionRefused: (_peer, reason) => void codes.push(reason.code),
  });
  return codes;
}

/** R48: verdicts that come later. */
export function admissionChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addWaiting(suite);
  addStopping(suite, underTest);
  return suite.checks;
}

function addWaiting(suite: AllSuites): void {
  const poem = poemOf(300_000);

  for (const announced of [true, false]) {
    const how = announced ? 'that its factory announced' : 'that nobody expected';
    suite.addEach(`R48 what arrives before a verdict ${how} is there behind it`, async (stage, link) => {
      const slow = new Slow(announced);
      const server = new Actor();
      const port = await stage.listen(guard(new OneFactory(server), slow), {}, link);
      const client = new Actor(reciting(poem));
      stage.connect(port, new SingleClient(client));
      await slow.asked(1);
      await stage.pass(20);
      expectSame(server.log, [], 'its log before the verdict');
      slow.answer();
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      expectPoem(server.bytes, poem, 'the server');
      await client.lost();
    });
  }

  suite.addEach('R48 a factory that announced late verdicts may answer at once', async (stage, link) => {
    const port = await stage.listen(
      guard(new SceneFactory(echo), { admitsLater: true, filter: () => undefined }),
      {},
      link,
    );
    const client = new Actor(cue);
    stage.connect(port, new SingleClient(client));
    await client.when(() => client.received === 3);
  });

  suite.addEach('R48 a client may wait for a verdict, too', async (stage, link) => {
    const slow = new Slow();
    const port = await stage.listen(new SceneFactory(cue), {}, link);
    const client = new Actor();
    const connector = stage.connect(port, guard(new SingleClient(client), slow));
    await slow.asked(1);
    await stage.pass(5);
    expectSame([connector.state, client.log.length], ['connecting', 0], 'the state, and how much it has heard');
    slow.answer();
    await connector.whenConnected();
    await client.when(() => client.received === 3);
  });

  suite.addEach('R48 a verdict that does not come in time refuses', async (stage, link) => {
    const told = refusals(stage);
    const troupe = new SceneFactory();
    const slow = new Slow();
    const port = await stage.listen(guard(troupe, slow), { admissionTimeoutMs: 20 }, link);
    const client = new Actor();
    const connector = stage.connect(port, new SingleClient(client));
    await (link === 'tls' ? connector.whenConnected().catch(() => {}) : client.lost());
    slow.answer();
    await stage.pass(5);
    expectSame([told, troupe.actors.length], [['COUPLET_ADMISSION_TIMEOUT'], 0], 'what was told, and the protocols');
  });

  suite.addClear('R42 who is turned away late gets the message though it has sent something', async (stage, link) => {
    const slow = new Slow();
    const port = await stage.listen(guard(new SceneFactory(), slow), {}, link);
    const clients = Array.from(
      { length: 10 },
      () => new Actor({ made: ({ transport }) => void transport.write('me!') }),
    );
    for (const client of clients) stage.connect(port, new SingleClient(client));
    await slow.asked(clients.length);
    await stage.pass(5);
    slow.answer(new Refused('full\n'));
    for (const client of clients) {
      await client.when(() => client.received === 5 || client.log.includes('lost'));
      expectSame(String(client.bytes), 'full\n', 'what one of them is told');
    }
  });

  suite.addClear('R42 a server that a client turns away gets the message', async (stage, link) => {
    const server = new Actor(cue);
    const port = await stage.listen(new OneFactory(server), {}, link);
    const connector = stage.connect(port, guard(new SingleClient(new Actor()), { filter: () => new Refused('no\n') }));
    await rejectionOf(connector.whenConnected());
    await server.when(() => server.received === 3 || server.log.includes('lost'));
    expectSame(String(server.bytes), 'no\n', 'what the server is told');
  });

  suite.addClear('R42 the message goes out though the port stops right after that', async (stage, link) => {
    const slow = new Slow();
    const port = await stage.listen(guard(new SceneFactory(), slow), {}, link);
    const client = new Actor(cue);
    stage.connect(port, new SingleClient(client));
    await slow.asked(1);
    await stage.pass(5);
    const refused = new Promise<void>((resolve) => {
      stage.reactor.observe({ connectionRefused: () => resolve() });
    });
    slow.answer(new Refused('full\n'));
    await refused;
    await port.stopListening();
    await client.when(() => client.received === 5 || client.log.includes('lost'));
    expectSame(String(client.bytes), 'full\n', 'what the client is told');
  });

  suite.add('R48 maxWaiting bounds how many wait, and the rest is refused at once', async (stage) => {
    const told = refusals(stage);
    const slow = new Slow();
    const port = await stage.listen(guard(new SceneFactory(echo), slow), { maxWaiting: 3 });
    const clients = Array.from({ length: 5 }, () => new Actor(cue));
    for (const client of clients) stage.connect(port, new SingleClient(client));
    await slow.asked(5);
    expectSame(told, Array(2).fill('COUPLET_ADMISSION_QUEUE_FULL'), 'what was told');
    slow.answer();
    const served = (): Actor[] => clients.filter(({ received }) => received === 3);
    const gone = (): Actor[] => clients.filter(({ log }) => log.includes('lost'));
    while (served().length < 3 || gone().length < 2) await stage.pass(1);
  });

  suite.add('R42 a promise that never settles behind a limit gives its slot back', async (stage) => {
    const told = refusals(stage);
    const troupe = new SceneFactory(echo);
    let answers = false;
    const silent = guard(troupe, { filter: () => (answers ? undefined : new Promise<Verdict>(() => {})) });
    const port = await stage.listen(limitConnections(silent, { max: 1 }), { admissionTimeoutMs: 10 });
    const first = new Actor();
    stage.connect(port, new SingleClient(first));
    await first.lost();
    expectSame(told, ['COUPLET_ADMISSION_TIMEOUT'], 'what was told');
    answers = true;
    const second = await stage.join(port, cue);
    await second.when(() => second.received === 3);
  });
}

/** What a wire may wait for when its port stops. */
const WAITS = ['a header', 'a verdict', 'a handshake'] as const;

function addStopping(suite: AllSuites, { tls }: BackendUnderTest): void {
  for (const waits of WAITS) {
    if (waits === 'a handshake' && tls === undefined) continue;
    suite.addWatched(`R48 a port that stops refuses who waits for ${waits}, in the same turn`, async (stage) => {
      const told = refusals(stage);
      const slow = new Slow();
      const troupe = new SceneFactory();
      const listening = new SceneFactory();
      let here = 0;
      listening.admit = () => {
        here += 1;
        return undefined;
      };
      const factory = waits === 'a verdict' ? guard(troupe, slow) : listening;
      const options = {
        ...(waits === 'a header' && { haproxy: { trusted: ['127.0.0.0/8', '10.0.0.0/8'] } }),
        ...(waits === 'a handshake' && { tls: stage.tls.server }),
      };
      const port = await stage.listen(factory, options);
      const client = new Actor();
      const connector = stage.connect(port, new SingleClient(client), { lingerTimeoutMs: 1 });
      await connector.whenConnected();
      if (waits === 'a verdict') await slow.asked(1);
      else if (waits === 'a handshake') while (here === 0) await stage.pass(1);
      else await stage.pass(20);
      expectSame(told, [], 'what was told before');
      const stopped = port.stopListening();
      expectSame(told, ['COUPLET_PORT_STOPPED'], 'what was told');
      await stopped;
      slow.answer();
      await client.lost();
      expectSame([told.length, troupe.actors.length, listening.actors.length], [1, 0, 0], 'told, and protocols');
    });
  }

  suite.add('R48 connections live on when their port has stopped, and it knows them', async (stage) => {
    const troupe = new SceneFactory(echo);
    const port = await stage.listen(troupe);
    const clients = [await stage.join(port, cue), await stage.join(port, cue)];
    await troupe.whenCast(2);
    for (const client of clients) await client.when(() => client.received === 3);
    await port.stopListening();
    const transports = troupe.actors.map(({ transport }) => transport);
    const known = [...port.connections];
    expect(
      known.length === 2 && transports.every((transport) => known.some((one) => one === transport)),
      'it knows others',
    );
    expectSame(port.connections.size, 2, 'how many it knows');
    for (const client of clients) client.transport.loseConnection();
    await Promise.all([...clients, ...troupe.actors].map((actor) => actor.lost()));
    expectSame(port.connections.size, 0, 'how many it knows in the end');
  });
}
