import type { Address, Connector } from 'couplet';
import { ClientFactory, Factory } from 'couplet';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { poemOf } from '../poem.ts';
import type { BackendUnderTest } from '../stage.ts';
import { OneFactory, SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** Refuses everybody. */
class Closed extends Factory {
  asked = 0;
  override buildProtocol(): null {
    this.asked += 1;
    return null;
  }
}

/** Takes the first connections, as many as it has seats, and refuses the others. */
class Small extends SceneFactory {
  seats: number;
  constructor(seats: number) {
    super(echo);
    this.seats = seats;
  }
  override buildProtocol(peer: Address): Actor | null {
    if (this.seats === 0) return null;
    this.seats -= 1;
    return super.buildProtocol(peer);
  }
}

/** A client factory that refuses its own connection, and tells how that ended. */
class Shy extends ClientFactory {
  readonly lost: Promise<Error>;
  #tell: (reason: Error) => void = () => {};
  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }
  override buildProtocol(): null {
    return null;
  }
  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.#tell(reason);
  }
}

/** R9: connections that the factory refuses. */
export function refusalChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);

  suite.addEach('R9 a connection for which buildProtocol returns null is closed at once', async (stage, link) => {
    const closed = new Closed();
    const client = new Actor();
    stage.connect(await stage.listen(closed, {}, link), new SingleClient(client));
    await client.lost();
    expectSame(client.log, ['made', 'lost'], "the client's log");
    expectSame(closed.asked, 1, 'how often the factory was asked');
  });

  suite.add('R9 a refused connection is closed though its peer is sending', async (stage) => {
    const poem = poemOf(1_000_000);
    const client = new Actor({ made: ({ transport }) => void transport.write(poem) });
    stage.connect(await stage.listen(new Closed()), new SingleClient(client));
    await client.lost();
    expectSame(client.received, 0, 'the number of bytes that the client got');
  });

  suite.add('R9 refused connections are none to the observers, and others are served', async (stage) => {
    let [made, lost] = [0, 0];
    stage.reactor.observe({
      connectionMade: () => {
        made += 1;
      },
      connectionLost: () => {
        lost += 1;
      },
    });
    const small = new Small(1);
    const port = await stage.listen(small);
    const served = new Actor({ made: ({ transport }) => void transport.write('echo') });
    await stage.connect(port, new SingleClient(served)).whenConnected();
    await served.when(() => served.received === 4);
    const refused = Array.from({ length: 50 }, () => new Actor());
    for (const client of refused) stage.connect(port, new SingleClient(client));
    await Promise.all(refused.map((client) => client.lost()));
    // The clients are connections of this reactor too.
    expectSame([made, lost], [52, 50], 'what the observer heard');
    served.transport.write('still');
    await served.when(() => served.received === 9);
    expectSame(small.actors.length, 1, 'the number of protocols');
  });

  suite.addValved('R9 the engine does nothing to a wire that was refused', async (stage, valves) => {
    const client = new Actor();
    stage.connect(await stage.listen(new Closed()), new SingleClient(client));
    await client.lost();
    expectSame(
      valves.accepted.map(({ calls }) => calls),
      [[]],
      'what was called',
    );
  });

  suite.addEach('R9 a client factory may refuse its connection', async (stage, link) => {
    const server = new Actor();
    const shy = new Shy();
    const connector = stage.connect(await stage.listen(new OneFactory(server), {}, link), shy);
    await shy.lost;
    await server.lost();
    expectSame(connector.state, 'disconnected', 'the state of the connector');
  });

  suite.add('R9 the engine sets the factory that an overridden buildProtocol did not', async (stage) => {
    const single = new OneFactory(new Actor());
    const client = new SingleClient(new Actor());
    await stage.connect(await stage.listen(single), client).whenConnected();
    await single.actor.when(() => single.actor.log.length > 0);
    expect(single.actor.factory === single, "the server's factory is not set");
    expect(client.actor.factory === client, "the client's factory is not set");
  });

  suite.add('R9 the engine leaves alone the factory that buildProtocol set', async (stage) => {
    const [single, other] = [new OneFactory(new Actor()), new Closed()];
    single.actor.factory = other;
    await stage.connect(await stage.listen(single), new SingleClient(new Actor())).whenConnected();
    await single.actor.when(() => single.actor.log.length > 0);
    expect(single.actor.factory === other, 'the factory has changed');
  });

  return suite.checks;
}
