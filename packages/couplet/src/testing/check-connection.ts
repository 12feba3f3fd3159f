import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import type { Venue } from './stage.ts';
import { Stage } from './stage.ts';

/** R1 to R10: the life of a connection. */
export function connectionChecks(venue: Venue): Check[] {
  return [
    {
      name: 'R3 connectionLost comes once, last, with ConnectionDone at both ends',
      run: () =>
        Stage.play(venue, async (stage) => {
          const { server, client } = await stage.pair(
            { made: ({ transport }) => void transport.write('a poem') },
            { data: ({ transport }) => transport.loseConnection() },
          );
          const reasons = [await server.lost(), await client.lost()];
          expectSame(server.log, ['made', 'lost'], "the server's log");
          expectSame(client.log, ['made', 'data', 'lost'], "the client's log");
          for (const reason of reasons) expect(reason.name === 'ConnectionDone', `the reason is ${reason.name}`);
        }),
    },
  ];
}
