import { AllSuites } from '../all-suites.ts';
import { barePair } from '../bare-pair.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { BackendUnderTest, Link } from '../stage.ts';

/** R44: the names of a wire's ends. */
export function nameChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  const links: readonly Link[] = underTest.unixPath === undefined ? ['tcp'] : ['tcp', 'unix'];
  for (const link of links) {
    suite.addBare(`R44 a wire that is gone has its names, or none (${link})`, async (backend) => {
      const { server, client, close } = await barePair(backend, underTest, link);
      // Only one of them is asked before.
      const { local, peer } = client.wire;
      expect(local !== undefined && peer !== undefined, 'local or peer of a connected wire is undefined');
      server.wire.close();
      await client.hears('eof');
      client.wire.close();
      await Promise.all([server.hears('closed'), client.hears('closed')]);
      await close();
      for (const [what, name, known] of [
        ["the client's own name", client.wire.local, local],
        ["the server's name", client.wire.peer, peer],
        ["the server's own name", server.wire.local, peer],
        ["the client's name", server.wire.peer, local],
      ] as const) {
        if (name !== undefined) expectSame(name, known, what);
      }
    });
  }
  return suite.checks;
}
