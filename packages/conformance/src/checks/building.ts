import type { Connector } from 'couplet';
import { ClientFactory } from 'couplet';
import { Actor } from '../actor.ts';
import { expectReport, slip } from '../actor-error.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo } from '../parts.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R8: factories that cannot build a protocol. */
export function buildingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addFactories(suite);
  return suite.checks;
}

/** Cannot build a protocol. */
class Clumsy extends SceneFactory {
  override buildProtocol(): Actor {
    throw slip;
  }
}

/** The same for a client; tells how its connection ended. */
class ClumsyClient extends ClientFactory {
  reason: Error | undefined;
  override buildProtocol(): Actor {
    throw slip;
  }
  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.reason = reason;
  }
}

function addFactories(suite: Suite): void {
  suite.addEach(
    'R8 buildProtocol of a server that throws is logged, and the connection closed',
    async (stage, link) => {
      const port = await stage.listen(new Clumsy(), {}, link);
      const client = new Actor();
      stage.connect(port, new SingleClient(client));
      await client.lost();
      await expectReport(stage, 'buildProtocol', /^Clumsy for (127\.0\.0\.1:\d+|unix:)$/);
    },
  );

  suite.add('R8 a buildProtocol that returns nothing is an error of the factory', async (stage) => {
    const troupe = new SceneFactory();
    Reflect.set(troupe, 'buildProtocol', () => undefined);
    const client = new Actor();
    stage.connect(await stage.listen(troupe), new SingleClient(client));
    await client.lost();
    expectSame(
      stage.takeReports().map(({ where, error: told }) => [where, told instanceof TypeError]),
      [['buildProtocol', true]],
      'the list of reports',
    );
  });

  suite.add('R8 a port whose buildProtocol threw once serves the next connection', async (stage) => {
    let calls = 0;
    const troupe = new SceneFactory();
    troupe.buildProtocol = () => {
      calls += 1;
      if (calls === 1) throw slip;
      return new Actor(echo);
    };
    const port = await stage.listen(troupe);
    const first = new Actor();
    stage.connect(port, new SingleClient(first));
    await first.lost();
    const second = await stage.join(port, cue);
    await second.when(() => second.received === 3);
    stage.takeReports();
  });

  suite.addEach(
    'R8 buildProtocol of a client that throws is logged, and its error is the reason',
    async (stage, link) => {
      const clumsy = new ClumsyClient();
      const server = new Actor();
      const troupe = new SceneFactory();
      troupe.buildProtocol = () => server;
      stage.connect(await stage.listen(troupe, {}, link), clumsy);
      await expectReport(stage, 'buildProtocol', /^ClumsyClient for /);
      await server.lost();
      expect(clumsy.reason === slip, `the reason is ${String(clumsy.reason)}`);
    },
  );
}
