import { ConnectError } from 'couplet';
import type { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { listenAgain } from '../places.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { rejectionOf } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R17, R18: what ports do for their factories, closing them, and how many may queue at one. */
export function portChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addClosing(suite);
  addCounting(suite);
  addFaults(suite);
  addStorm(suite);
  return suite.checks;
}

/** A factory that writes down when it goes into use and out of it. */
class Counted extends SceneFactory {
  readonly log: string[] = [];
  override startFactory(): void {
    this.log.push('start');
  }
  override stopFactory(): void {
    this.log.push('stop');
  }
}

/** Sends a line over the connection and waits until it has come back. */
async function expectEcho(actor: Actor): Promise<void> {
  const due = actor.received + 5;
  actor.transport.write('verse');
  await actor.when(() => actor.received >= due);
}

function addClosing(suite: AllSuites): void {
  suite.addEach('R17 once stopListening resolves the port can be had again', async (stage, link) => {
    const [first, second] = [new SceneFactory(echo), new SceneFactory(echo)];
    const port = await stage.listen(first, {}, link);
    await port.stopListening();
    await expectEcho(await stage.join(await listenAgain(stage.reactor, port, second)));
    expectSame([first.actors.length, second.actors.length], [0, 1], 'how many protocols each factory built');
  });

  suite.addEach('R17 the port is free though an old connection lives on', async (stage, link) => {
    const troupe = new SceneFactory(echo);
    const port = await stage.listen(troupe, {}, link);
    const old = await stage.join(port);
    await troupe.whenCast(1);
    await port.stopListening();
    const fresh = await stage.join(await listenAgain(stage.reactor, port, new SceneFactory(echo)));
    await expectEcho(old);
    await expectEcho(fresh);
  });

  suite.addEach('R17 a stopped port takes no more connections', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(), {}, link);
    await port.stopListening();
    const reason = await rejectionOf(stage.connect(port, new RecordingFactory()).whenConnected());
    expect(reason instanceof ConnectError, `it fails with ${reason}`);
  });

  suite.add('R17 stopListening twice gives one promise', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    const stopped = port.stopListening();
    expect(port.stopListening() === stopped, 'two calls of stopListening returned different promises');
    await stopped;
    expect(port.stopListening() === stopped, 'stopListening of a closed port returned another promise');
  });

  suite.add('R17 to dispose of a port is to stop it', async (stage) => {
    const counted = new Counted();
    const port = await stage.listen(counted);
    await port[Symbol.asyncDispose]();
    await listenAgain(stage.reactor, port, new SceneFactory());
    expectSame(counted.log, ['start', 'stop'], 'the log of the factory');
  });

  suite.add('R17 getHost tells the address of a stopped port, too', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    const before = String(port.getHost());
    await port.stopListening();
    expectSame(String(port.getHost()), before, 'the address');
  });

  suite.add('R17 a connection may stop its own port, from a callback', async (stage) => {
    const port = await stage.listen(new SceneFactory({ ...echo, made: () => void port.stopListening() }));
    const client = await stage.join(port);
    await expectEcho(client);
    await port.stopListening();
    await listenAgain(stage.reactor, port, new SceneFactory());
  });
}

function addCounting(suite: AllSuites): void {
  suite.add('R17 a factory starts before its first port and stops after its last', async (stage) => {
    const counted = new Counted();
    const ports = [await stage.listen(counted), await stage.listen(counted), await stage.listen(counted)];
    expectSame([counted.log, counted.numPorts], [['start'], 3], 'log and number of ports, with three');
    await ports[1]?.stopListening();
    await ports[0]?.stopListening();
    expectSame([counted.log, counted.numPorts], [['start'], 1], 'log and number of ports, with one');
    await ports[2]?.stopListening();
    expectSame([counted.log, counted.numPorts], [['start', 'stop'], 0], 'log and number of ports, with none');
  });

  suite.add('R17 a port that is stopped twice is counted once', async (stage) => {
    const counted = new Counted();
    const [one] = [await stage.listen(counted), await stage.listen(counted)];
    await Promise.all([one.stopListening(), one.stopListening()]);
    await one.stopListening();
    expectSame([counted.log, counted.numPorts], [['start'], 1], 'log and number of ports');
  });

  suite.add('R17 a factory that has stopped may start again', async (stage) => {
    const counted = new Counted();
    await (await stage.listen(counted)).stopListening();
    await (await stage.listen(counted)).stopListening();
    expectSame(counted.log, ['start', 'stop', 'start', 'stop'], 'the log of the factory');
  });

  suite.addEach('R17 the factory stops with its port, not with its last connection', async (stage, link) => {
    const counted = new Counted({ ...echo });
    const port = await stage.listen(counted, {}, link);
    const client = await stage.join(port);
    await counted.whenCast(1);
    await port.stopListening();
    expectSame(counted.log, ['start', 'stop'], 'the log of the factory');
    await expectEcho(client);
  });

  suite.add('R17 a port that cannot open leaves the count as it was', async (stage) => {
    const counted = new Counted();
    const port = await stage.listen(new SceneFactory());
    await rejectionOf(listenAgain(stage.reactor, port, counted));
    expectSame(counted.numPorts, 0, 'the number of ports');
    const served = await stage.listen(counted);
    await rejectionOf(listenAgain(stage.reactor, port, counted));
    expectSame(counted.numPorts, 1, 'the number of ports, with another one open');
    await served.stopListening();
    const starts = counted.log.filter((entry) => entry === 'start').length;
    expectSame(counted.log.length, 2 * starts, `starts and stops of ${counted.log}`);
  });
}

function addFaults(suite: AllSuites): void {
  suite.add('R17 what stopFactory throws is reported, and the port is free', async (stage) => {
    const troupe = new SceneFactory();
    troupe.stopFactory = () => {
      throw new Error('no epilogue');
    };
    const port = await stage.listen(troupe);
    await port.stopListening();
    expectSame(
      stage.takeReports().map(({ who, where, error }) => `${who} ${where} ${error}`),
      ['SceneFactory stopFactory Error: no epilogue'],
      'the reports',
    );
    await listenAgain(stage.reactor, port, new SceneFactory());
  });

  suite.addWatched('R17 what startFactory throws is what listening rejects with', async (stage, backend) => {
    const counted = new Counted();
    let silent = true;
    counted.startFactory = () => {
      if (silent) throw new Error('no prologue');
      counted.log.push('start');
    };
    expectSame((await rejectionOf(stage.listen(counted))).message, 'no prologue', 'the message');
    expectSame([counted.numPorts, backend.places], [0, []], 'number of ports and places');
    silent = false;
    const port = await stage.listen(counted);
    await port.stopListening();
    expectSame(counted.log, ['start', 'stop'], 'the log of the factory');
  });

  suite.add('R17 stopping the reactor stops its ports and their factories', async (stage) => {
    const counted = new Counted();
    const ports = [await stage.listen(counted), await stage.listen(counted)];
    const stopped = new Promise<string[]>((resolve) => {
      stage.reactor.addSystemEventTrigger('after', 'shutdown', () => resolve([...counted.log]));
    });
    stage.reactor.stop();
    expectSame(await stopped, ['start', 'stop'], 'the log of the factory');
    await Promise.all(ports.map((port) => port.stopListening()));
    expectSame(counted.numPorts, 0, 'the number of ports');
  });
}

/** How many connect at once, and how soon all must have been served. Without the backlog it takes a minute. */
const STORM = 5000;
const STORM_MS = 6000;

function addStorm(suite: AllSuites): void {
  suite.addWatched('R18 the backlog is 4096 unless set', async (stage, backend) => {
    await stage.listen(new SceneFactory());
    await stage.reactor.listenTCP(0, new SceneFactory(), { interface: '127.0.0.1', backlog: 7 });
    expectSame(
      backend.places.map((place) => 'backlog' in place && place.backlog),
      [4096, 7],
      'the backlogs',
    );
  });

  // Both ends are in this process: 10,000 descriptors.
  suite.add(`R18 ${STORM} clients that connect at once are all served soon`, async (stage) => {
    const began = stage.reactor.now();
    const troupe = new SceneFactory({
      made: ({ transport }) => {
        transport.write('verse');
        transport.loseConnection();
      },
    });
    const port = await stage.listen(troupe);
    const clients = Array.from({ length: STORM }, () => new RecordingFactory());
    const served = clients.map(async (client) => {
      const actor = await stage.connect(port, client).whenConnected();
      await client.wrote('stopFactory');
      return actor?.received;
    });
    const received = await Promise.all(served);
    const took = stage.reactor.now() - began;
    const whole = received.filter((bytes) => bytes === 5).length;
    expectSame([troupe.actors.length, whole], [STORM, STORM], 'how many were accepted, and got their verse');
    expect(took < STORM_MS, `it took ${took.toFixed()} ms`);
  });
}
